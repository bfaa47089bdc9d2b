import Payments

/// Every byte of a debit from a MIFARE Classic purse with which the card can be asked whether it took place.
///
/// It proves nothing to the issuer: whoever has the sector's key can write any balance.
/// Canonical bytes, 52: kind 04, version 01, serial 10, UID length 1, UID 10 (the rest 00), balance before 4, sequence
/// before 4, amount 4, terminal 6, mark 4, date 4, time 3 (both BCD). Numbers most significant byte first.
package struct MIFAREClassicEvidence: Sendable, Hashable {
    /// Length of the canonical bytes.
    package static let length = 52
    private static let kindAndVersion: [UInt8] = [0x04, 0x01]

    package let identity: MIFAREClassicIdentity
    /// In fen.
    package let balanceBefore: UInt32
    package let sequenceBefore: UInt32
    /// In fen, above zero and at most the balance.
    package let amount: UInt32
    package let terminal: TerminalID
    /// Four bytes, see ``MIFAREClassicPurseState/mark``.
    package let mark: [UInt8]
    /// Local date and time.
    package let time: CalendarTime

    /// - Parameters:
    ///   - amount: in fen, above zero and at most the balance.
    ///   - mark: 4 bytes that nobody can foresee.
    package init(
        identity: MIFAREClassicIdentity, before: MIFAREClassicPurseState, amount: UInt32, terminal: TerminalID,
        mark: [UInt8], time: CalendarTime
    ) {
        invariant(amount > 0 && amount <= before.balance, "a purse pays no more than it holds")
        invariant(mark.count == MIFAREClassicPurseState.markLength, "a mark has 4 bytes")
        self.identity = identity
        balanceBefore = before.balance
        sequenceBefore = before.sequence
        self.amount = amount
        self.terminal = terminal
        self.mark = mark
        self.time = time
    }

    /// Reads the canonical bytes; `nil` when they are not exactly these fields.
    package init?(canonicalBytes bytes: [UInt8]) {
        guard bytes.count == Self.length, bytes.starts(with: Self.kindAndVersion),
            [4, 7, 10].contains(bytes[12]), bytes[(13 + Int(bytes[12]))..<23].allSatisfy({ $0 == 0 }),
            let terminal = TerminalID(text: Hex.encode(bytes[35..<41])),
            let time = CalendarTime(binaryCodedDate: bytes[45..<49], time: bytes[49..<52])
        else { return nil }
        identity = MIFAREClassicIdentity(
            identifier: Array(bytes[13..<(13 + Int(bytes[12]))]), serial: Array(bytes[2..<12]))
        balanceBefore = UInt32(bigEndian: bytes[23..<27])
        sequenceBefore = UInt32(bigEndian: bytes[27..<31])
        amount = UInt32(bigEndian: bytes[31..<35])
        guard amount > 0, amount <= balanceBefore, balanceBefore <= MIFAREClassicPurseState.balanceMaximum else {
            return nil
        }
        self.terminal = terminal
        mark = Array(bytes[41..<45])
        self.time = time
    }

    /// The 52 bytes.
    package var canonicalBytes: [UInt8] {
        let identifier = identity.identifier
        let unused = [UInt8](repeating: 0, count: 10 - identifier.count)
        return Self.kindAndVersion + identity.serial + [UInt8(identifier.count)] + identifier + unused
            + balanceBefore.bigEndianBytes(count: 4) + sequenceBefore.bigEndianBytes(count: 4)
            + amount.bigEndianBytes(count: 4) + terminal.bytes + mark + time.binaryCodedDate + time.binaryCodedTime
    }

    /// What both copies of the purse hold when the debit took place.
    package var stateAfter: MIFAREClassicPurseState {
        MIFAREClassicPurseState(
            balance: balanceBefore - amount, sequence: sequenceBefore &+ 1, terminal: terminal, mark: mark)
    }
}

extension MIFAREClassicEvidence: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Terminal and sequence, which name the debit without the card's number.
    package var description: String { "MIFARE Classic debit of terminal \(terminal), sequence \(sequenceBefore &+ 1)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
