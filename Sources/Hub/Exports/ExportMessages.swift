import Payments

/// Which part of the books is exported.
package struct ExportSelection: Sendable, Hashable {
    package var from: BusinessDay?
    package var through: BusinessDay?
    /// Nothing that was written after this posting or record is part of the export; `nil` for the first page, which
    /// says how far the books go at that moment. What is written is never changed, so all pages are of that moment.
    package var snapshot: Int64?

    package init(from: BusinessDay? = nil, through: BusinessDay? = nil, snapshot: Int64? = nil) {
        self.from = from
        self.through = through
        self.snapshot = snapshot
    }
}

/// One side of an exported posting.
package struct ExportedEntry: Codable, Sendable, Hashable {
    package var account: BookAccount
    /// Credits are positive.
    package var amountFen: Int64

    package init(account: BookAccount, amountFen: Int64) {
        self.account = account
        self.amountFen = amountFen
    }
}

/// A posting with its entries.
package struct ExportedPosting: Codable, Sendable, Hashable {
    package var posting: Int64
    package var day: BusinessDay
    package var lateDay: BusinessDay?
    package var kind: PostingKind
    package var occurredAtMilliseconds: Int64
    package var postedAtMilliseconds: Int64
    package var transaction: TransactionID?
    package var reference: String?
    package var entries: [ExportedEntry]

    package init(
        posting: Int64, day: BusinessDay, lateDay: BusinessDay? = nil, kind: PostingKind,
        occurredAtMilliseconds: Int64, postedAtMilliseconds: Int64, transaction: TransactionID? = nil,
        reference: String? = nil, entries: [ExportedEntry]
    ) {
        self.posting = posting
        self.day = day
        self.lateDay = lateDay
        self.kind = kind
        self.occurredAtMilliseconds = occurredAtMilliseconds
        self.postedAtMilliseconds = postedAtMilliseconds
        self.transaction = transaction
        self.reference = reference
        self.entries = entries
    }
}

/// A journal record as the hub has it.
package struct ExportedRecord: Codable, Sendable, Hashable {
    package var record: Int64
    package var terminal: TerminalID
    package var journal: JournalID
    package var sequence: Int64
    package var transaction: TransactionID
    package var outcome: String
    package var amountFen: Int64?
    package var receivedAtMilliseconds: Int64
    /// Its posting, when it moved money.
    package var posting: Int64?
    package var day: BusinessDay?
}

/// A page of an export.
package struct ExportPage<Item: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
    package var items: [Item]
    /// What to give as `after` for the next page; absent on the last one.
    package var next: String?
    /// What to give as `snapshot` for the next page.
    package var snapshot: Int64
    /// How many items all pages have; on the first page.
    package var total: Int64?
}

/// What one account, or one group of accounts, held before the first exported day.
package struct OpeningBalance: Codable, Sendable, Hashable {
    /// An account's text; the text before its colon for accounts that are summed up.
    package var account: String
    package var balanceFen: Int64

    package init(account: String, balanceFen: Int64) {
        self.account = account
        self.balanceFen = balanceFen
    }
}
