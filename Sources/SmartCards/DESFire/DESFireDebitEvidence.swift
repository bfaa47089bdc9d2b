import Payments

/// Everything that is needed to find out later how a debit ended, on the card or at the issuer, and to check the
/// card's proof of it.
///
/// Canonical bytes, most significant byte first: kind 1 (03), messaging 1 (01 EV1, 02 EV2), UID 7 (zeros when
/// it was not learnt), application 3, identity file 1 (FF: the UID is the identity), length 1 and bytes of the
/// identity, value file 1, value before 4, record file 1, record 16; then TMC 4 and TMV 8 when they are known.
package struct DESFireDebitEvidence: Sendable, Hashable {
    private static let kind: UInt8 = 3
    private static let noFile: UInt8 = 0xFF

    package let messaging: DESFireMessaging
    /// Seven bytes, vouched for by a key or a session; `nil` where the profile does not need it.
    package let uid: [UInt8]?
    package let application: DESFireApplicationID
    /// What was read of the identity file, 1 to 10 bytes; `nil` when the UID is the identity.
    package let identity: FileContent?
    package let valueFile: UInt8
    /// The value in fen before the debit.
    package let valueBefore: Int32
    package let recordFile: UInt8
    /// The record that was written with the debit: terminal, mark, amount.
    package let record: DESFireDebitRecord
    /// The card's proof, where the application makes one; `nil` as long as the answer to the commit is not known.
    package var transactionMAC: DESFireTransactionMAC?

    /// A file and its first bytes.
    package struct FileContent: Sendable, Hashable {
        package let file: UInt8
        package let bytes: [UInt8]

        package init(file: UInt8, bytes: [UInt8]) {
            invariant(file < 32 && (1...10).contains(bytes.count), "an identity has 1 to 10 bytes in a file 0 to 31")
            self.file = file
            self.bytes = bytes
        }
    }

    /// - Parameter uid: 7 bytes; required when there is no identity file.
    package init(
        messaging: DESFireMessaging, uid: [UInt8]?, application: DESFireApplicationID, identity: FileContent?,
        valueFile: UInt8, valueBefore: Int32, recordFile: UInt8, record: DESFireDebitRecord,
        transactionMAC: DESFireTransactionMAC? = nil
    ) {
        invariant(uid == nil || uid?.count == 7, "a DESFire UID has 7 bytes")
        invariant(uid != nil || identity != nil, "a card is known by its UID or by its identity file")
        self.messaging = messaging
        self.uid = uid
        self.application = application
        self.identity = identity
        self.valueFile = valueFile
        self.valueBefore = valueBefore
        self.recordFile = recordFile
        self.record = record
        self.transactionMAC = transactionMAC
    }

    /// The card, as the books name it.
    package var card: CardID { Self.card(uid: uid, identity: identity?.bytes) }

    /// The identity with zeros on the left, or else the UID.
    static func card(uid: [UInt8]?, identity: [UInt8]?) -> CardID {
        if let identity {
            return .purse(applicationSerial: [UInt8](repeating: 0, count: 10 - identity.count) + identity)
        }
        guard let uid else { fatalError("a card is known by its UID or by its identity file") }
        return .uid(uid)
    }

    /// See the type's description.
    package var canonicalBytes: [UInt8] {
        [Self.kind, messaging.rawValue] + (uid ?? [UInt8](repeating: 0, count: 7))
            + application.number.bigEndianBytes(count: 3) + [identity?.file ?? Self.noFile]
            + [UInt8(identity?.bytes.count ?? 0)] + (identity?.bytes ?? []) + [valueFile]
            + valueBefore.bigEndianBytes(count: 4) + [recordFile] + record.bytes
            + (transactionMAC?.canonicalBytes ?? [])
    }

    /// Reads the canonical bytes; `nil` when they are not exactly these fields.
    package init?(canonicalBytes bytes: [UInt8]) {
        guard bytes.count >= 14, bytes[0] == Self.kind, let messaging = DESFireMessaging(rawValue: bytes[1]),
            let application = DESFireApplicationID(UInt32(bigEndian: bytes[9..<12]))
        else { return nil }
        let uid: [UInt8]? = bytes[2..<9].allSatisfy { $0 == 0 } ? nil : Array(bytes[2..<9])
        let count = Int(bytes[13])
        let hasFile = bytes[12] != Self.noFile
        guard hasFile ? bytes[12] < 32 && (1...10).contains(count) : count == 0 && uid != nil else { return nil }
        let rest = Array(bytes.dropFirst(14 + count))
        guard rest.count == 22 || rest.count == 22 + DESFireTransactionMAC.length, rest[0] < 32, rest[5] < 32,
            let record = DESFireDebitRecord(decoding: Array(rest[6..<22]))
        else { return nil }
        self.init(
            messaging: messaging, uid: uid, application: application,
            identity: hasFile ? FileContent(file: bytes[12], bytes: Array(bytes[14..<14 + count])) : nil,
            valueFile: rest[0], valueBefore: Int32(bitPattern: UInt32(bigEndian: rest[1..<5])), recordFile: rest[5],
            record: record,
            transactionMAC: rest.count > 22 ? DESFireTransactionMAC(canonicalBytes: Array(rest[22...])) : nil)
    }
}

extension DESFireDebitEvidence: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Terminal and mark, which name the debit without the card's number.
    package var description: String { "debit evidence of terminal \(record.terminal), mark \(Hex.encode(record.mark))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
