import Payments

/// Everything that must be durable before DEBIT goes out, so that the card or the issuer can be asked afterwards
/// whether it paid.
///
/// Canonical bytes, 72: kind 1 (01), public information 30, amount 4, type 1, terminal 6, date 4, time 3, terminal
/// serial 4, MAC1 4, the whole answer to INITIALIZE 15. Of a compound purchase, 139: the same with kind 05, then
/// ``CompoundUpdate`` 67.
package struct PurchaseIntent: Sendable, Hashable {
    /// Length of the canonical bytes of a simple purchase.
    package static let length = 72
    /// Length of the canonical bytes of a compound purchase.
    package static let compoundLength = length + CompoundUpdate.length
    private static let simpleKind: UInt8 = 0x01
    private static let compoundKind: UInt8 = 0x05

    /// Holds the application serial number, which names the card.
    package let information: PublicInformation
    package let transaction: PurseTransaction
    package let initialization: PurchaseInitialization
    /// The terminal serial and MAC1.
    package let secureModuleAnswer: SecureModuleAnswer
    /// The record that changes with the purse, of a compound purchase.
    package let compound: CompoundUpdate?

    package init(_ evidence: PurchaseEvidence) {
        invariant(evidence.secureModuleAnswer.mac1.count == 4, "MAC1 has 4 bytes")
        information = evidence.information
        transaction = evidence.transaction
        initialization = evidence.initialization
        secureModuleAnswer = evidence.secureModuleAnswer
        compound = evidence.compound
    }

    /// Reads the canonical bytes; `nil` when they are not exactly these fields.
    package init?(canonicalBytes bytes: [UInt8]) {
        guard bytes.first == Self.simpleKind || bytes.first == Self.compoundKind,
            bytes.count == Self.length(of: bytes), let terminal = TerminalID(text: Hex.encode(bytes[36..<42])),
            let time = CalendarTime(binaryCodedDate: bytes[42..<46], time: bytes[46..<49])
        else { return nil }
        do throws(CardDataError) {
            information = try PublicInformation(decoding: Array(bytes[1..<31]))
        } catch {
            return nil
        }
        transaction = PurseTransaction(
            amount: UInt32(bigEndian: bytes[31..<35]), type: bytes[35], terminal: terminal, time: time)
        secureModuleAnswer = SecureModuleAnswer(
            terminalSerial: UInt32(bigEndian: bytes[49..<53]), mac1: Array(bytes[53..<57]))
        initialization = PurchaseInitialization(fields: Array(bytes[57..<72]))
        if bytes[0] == Self.compoundKind {
            guard let compound = CompoundUpdate(canonicalBytes: Array(bytes[72...])) else { return nil }
            self.compound = compound
        } else {
            compound = nil
        }
    }

    /// How many of `bytes` belong to the intent, as its first byte says.
    static func length(of bytes: [UInt8]) -> Int { bytes.first == compoundKind ? compoundLength : length }

    /// The 72 or 139 bytes.
    package var canonicalBytes: [UInt8] {
        [compound == nil ? Self.simpleKind : Self.compoundKind] + information.bytes
            + transaction.amount.bigEndianBytes(count: 4) + [transaction.type]
            + transaction.terminal.bytes + transaction.dateAndTime
            + secureModuleAnswer.terminalSerial.bigEndianBytes(count: 4) + secureModuleAnswer.mac1
            + initialization.bytes + (compound?.canonicalBytes ?? [])
    }

    /// The same as evidence, with what the card was found to answer.
    package func evidence(_ cryptograms: PurchaseCryptograms? = nil) -> PurchaseEvidence {
        PurchaseEvidence(
            information: information, transaction: transaction, initialization: initialization,
            secureModuleAnswer: secureModuleAnswer, compound: compound, cryptograms: cryptograms)
    }
}

extension PurchaseIntent: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = Hex.decode(try container.decode(String.self)), let intent = Self(canonicalBytes: bytes)
        else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a purchase intent")
        }
        self = intent
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Hex.encode(canonicalBytes))
    }
}

extension PurchaseIntent: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Terminal and serial, which name the purchase without the card's number.
    package var description: String {
        "purchase intent of terminal \(transaction.terminal), serial \(secureModuleAnswer.terminalSerial)"
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
