import Payments

/// Every byte of a load that the issuer needs to check its TAC, and to find the load on the card again.
///
/// Canonical bytes, 93: kind 1 (02), public information 30, amount 4, type 1, terminal 6, date 4, time 3, the whole
/// answer to INITIALIZE FOR LOAD 16, MAC2 4, then the newest log record before the load: its state 1 (00 not read, 01
/// the log was empty, 02 read) and the record 23, zeros unless read. Then TAC 4 when it is known.
package struct LoadEvidence: Sendable, Hashable {
    /// The newest log record before the load, from which the card's later transactions can be counted.
    package enum LogHead: Sendable, Hashable {
        /// The card did not show its log.
        case notRead
        case empty
        case record(PurseLogRecord)
    }

    /// Length of the canonical bytes without TAC.
    package static let length = 93
    private static let kind: UInt8 = 0x02

    package let information: PublicInformation
    package let transaction: PurseTransaction
    package let initialization: LoadInitialization
    /// The issuer's MAC2, as it was sent to the card.
    package let mac2: [UInt8]
    package let logHead: LogHead
    /// Four bytes; `nil` as long as the card's answer to CREDIT FOR LOAD is not known.
    package internal(set) var tac: [UInt8]?

    init(_ request: LoadRequest, _ grant: LoadGrant, logHead: LogHead) {
        information = request.information
        transaction = request.transaction(at: grant.time)
        initialization = request.initialization
        mac2 = grant.mac2
        self.logHead = logHead
    }

    /// Reads the canonical bytes; `nil` when they are not exactly these fields.
    package init?(canonicalBytes bytes: [UInt8]) {
        guard bytes.count == Self.length || bytes.count == Self.length + 4, bytes[0] == Self.kind,
            bytes[35] == PurseTransaction.loadType, let terminal = TerminalID(text: Hex.encode(bytes[36..<42])),
            let time = CalendarTime(binaryCodedDate: bytes[42..<46], time: bytes[46..<49]),
            let logHead = LogHead(canonicalBytes: Array(bytes[69..<93]))
        else { return nil }
        do throws(CardDataError) {
            information = try PublicInformation(decoding: Array(bytes[1..<31]))
        } catch {
            return nil
        }
        transaction = PurseTransaction(
            amount: UInt32(bigEndian: bytes[31..<35]), type: bytes[35], terminal: terminal, time: time)
        initialization = LoadInitialization(fields: Array(bytes[49..<65]))
        mac2 = Array(bytes[65..<69])
        self.logHead = logHead
        tac = bytes.count > Self.length ? Array(bytes[93..<97]) : nil
    }

    /// The 93 bytes, or 97 with TAC.
    package var canonicalBytes: [UInt8] {
        [Self.kind] + information.bytes + transaction.amountTypeTerminal + transaction.dateAndTime
            + initialization.bytes + mac2 + logHead.canonicalBytes + (tac ?? [])
    }

    /// In fen. The card checked that it fits 32 bits before it let the load begin.
    package var balanceAfter: UInt32 { initialization.balanceBefore &+ transaction.amount }

    /// Whether the TAC was made with `key` over exactly these fields; `false` without a TAC.
    ///
    /// - Parameter key: the TAC key of this card, already diversified.
    package func isGenuine(underTACKey key: DESKey) -> Bool {
        guard let tac else { return false }
        return tac
            == PurseCryptogram.loadTAC(
                key, transaction, balanceAfter: balanceAfter, onlineSerial: initialization.onlineSerial)
    }

    func proven(by tac: [UInt8]) -> Self {
        invariant(tac.count == 4, "a TAC has 4 bytes")
        var proven = self
        proven.tac = tac
        return proven
    }
}

extension LoadEvidence.LogHead {
    /// State 1, record 23.
    init?(canonicalBytes bytes: [UInt8]) {
        let record = Array(bytes.dropFirst())
        switch bytes[0] {
        case 0x02: self = .record(PurseLogRecord(fields: record))
        case 0x00 where record.allSatisfy { $0 == 0 }: self = .notRead
        case 0x01 where record.allSatisfy { $0 == 0 }: self = .empty
        default: return nil
        }
    }

    var canonicalBytes: [UInt8] {
        let none = [UInt8](repeating: 0, count: PurseLogRecord.length)
        switch self {
        case .notRead: return [0x00] + none
        case .empty: return [0x01] + none
        case .record(let record): return [0x02] + record.bytes
        }
    }
}

extension LoadEvidence: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Terminal and serial, which name the load without the card's number.
    package var description: String {
        "load evidence of terminal \(transaction.terminal), serial \(initialization.onlineSerial)"
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
