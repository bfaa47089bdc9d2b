extension JournalRecord {
    /// The one byte form over which the chain hash runs. Big-endian; texts are UTF-8 behind a 2-byte length.
    ///
    /// | field | bytes |
    /// |---|---|
    /// | layout version: 1, or 2 or 3 when one of their last fields is needed | 1 |
    /// | sequence | 8 |
    /// | transaction id | 16 |
    /// | outcome: 1 approved, 2 declined, 3 voided, 4 unknown, 5 resolved | 1 |
    /// | decline reason, 0 when none | 2 |
    /// | decided at, milliseconds | 8 |
    /// | replica cursor | 8 |
    /// | sale present: 0 or 1; all that follows only when 1 | 1 |
    /// | amount, fen | 8 |
    /// | payer: 1 proven card, 2 unproven card, 3 code | 1 |
    /// | card id text, or key id (1) and code serial (8) | … |
    /// | account, 0 when none | 8 |
    /// | merchant text, lane text | … |
    /// | path: 0 local, 1 online, 2 unreachable, 3 timed out, 4 faulty | 1 |
    /// | version 2: movement: 1 account purchase, 2 purse purchase, 3 purse load | 1 |
    /// | version 2: evidence behind its 2-byte length, which is 0 when there is none | 2 … |
    /// | version 2: verdict of a resolution: 1 happened, 2 did not happen, 3 undetermined; else 0 | 1 |
    /// | version 2: the resolved transaction's id; only behind a verdict | 16 |
    /// | version 3: movement: 1 account purchase, 4 refund, 5 void | 1 |
    /// | version 3: the part of the amount that is the subsidy purse's, fen | 8 |
    /// | version 3: the corrected sale's id; only in a refund or void | 16 |
    ///
    /// Version 2 is for a card's own money; version 3 for account purchases with subsidy, refunds and voids. Other
    /// account purchases and records of numbers that were never used keep version 1, so older journals keep their
    /// hashes.
    package var canonicalBytes: [UInt8] {
        let layout = sale?.layout ?? 1
        var bytes: [UInt8] = [layout]
        bytes += sequence.bigEndianBytes(count: 8)
        bytes += transaction.bytes
        switch outcome {
        case .approved: bytes += [1, 0, 0]
        case .declined(let reason): bytes += [2] + reason.rawValue.bigEndianBytes(count: 2)
        case .voided: bytes += [3, 0, 0]
        case .unknown: bytes += [4, 0, 0]
        case .resolved: bytes += [5, 0, 0]
        }
        bytes += decidedAt.milliseconds.bigEndianBytes(count: 8)
        bytes += replicaCursor.bigEndianBytes(count: 8)
        guard let sale else { return bytes + [0] }
        bytes.append(1)
        bytes += sale.amount.fen.bigEndianBytes(count: 8)
        switch sale.payer {
        case .card(let card, let proof):
            bytes.append(proof == .proven ? 1 : 2)
            bytes.append(text: card.text)
        case .code(let reference):
            bytes += [3, reference.keyID] + reference.serial.bigEndianBytes(count: 8)
        }
        bytes += (sale.account?.number ?? 0).bigEndianBytes(count: 8)
        bytes.append(text: sale.merchant.text)
        bytes.append(text: sale.lane.text)
        switch sale.path {
        case .local: bytes.append(0)
        case .online: bytes.append(1)
        case .offline(.unreachable): bytes.append(2)
        case .offline(.timedOut): bytes.append(3)
        case .offline(.faulty): bytes.append(4)
        }
        guard layout > 1 else { return bytes }
        bytes.append(sale.movement.number)
        guard layout == 2 else {
            return bytes + sale.subsidy.fen.bigEndianBytes(count: 8) + (sale.movement.corrects?.bytes ?? [])
        }
        let evidence = sale.movement.evidence?.bytes ?? []
        bytes += evidence.count.bigEndianBytes(count: 2) + evidence
        guard case .resolved(let resolution) = outcome else { return bytes + [0] }
        return bytes + [UInt8(resolution.verdict.rawValue)] + resolution.subject.bytes
    }
}

extension JournalRecord.Sale {
    /// The layout version that has a field for everything here.
    fileprivate var layout: UInt8 {
        switch movement {
        case .accountPurchase: subsidy == .zero ? 1 : 3
        case .pursePurchase, .purseLoad: 2
        case .refund, .void: 3
        }
    }
}

extension JournalRecord.Movement {
    /// The number under which the movement stands in canonical bytes and in the ledger.
    package var number: UInt8 {
        switch self {
        case .accountPurchase: 1
        case .pursePurchase: 2
        case .purseLoad: 3
        case .refund: 4
        case .void: 5
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(text: String) {
        invariant(text.utf8.count <= Int(UInt16.max), "a text in a record fits its 2-byte length")
        self += text.utf8.count.bigEndianBytes(count: 2)
        self += text.utf8
    }
}
