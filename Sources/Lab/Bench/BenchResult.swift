/// What one row of the bench came to.
package struct BenchResult: Sendable, Encodable {
    package var row: BenchRow
    package var figures: [BenchFigure]
    /// What a reader needs to know to understand the figures.
    package var notes: [String]
    /// Why the row could not be measured; absent when it was.
    package var failure: String?

    package init(row: BenchRow, figures: [BenchFigure] = [], notes: [String] = [], failure: String? = nil) {
        self.row = row
        self.figures = figures
        self.notes = notes
        self.failure = failure
    }

    /// As people read it.
    package var text: String {
        var lines = ["\(row.title)"]
        if let failure { lines.append("  not measured: \(failure)") }
        lines += figures.map(\.line)
        lines += notes.map { "  \($0)" }
        return lines.joined(separator: "\n")
    }
}

/// The rows, in the order in which they are measured.
package enum BenchRow: String, Sendable, Encodable, CaseIterable {
    case debits
    case codes
    case apdu
    case daemon
    case taps
    case purse
    case ingest
    case drain
    case hotList = "hotlist"
    case feed

    /// All names, with commas between.
    package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    var title: String {
        switch self {
        case .debits: "debits: durable debits, the ledger in process"
        case .codes: "codes: payment codes"
        case .apdu: "apdu: exchanges with a card through pcscd, our reader stack"
        case .daemon: "daemon: tilld with 50,000 accounts, 50,000 cards and 100,000 records"
        case .taps: "taps: from card or scan to durable decision, through pcscd, tilld and hub"
        case .purse: "purse: from card to durable decision when the card's own purse pays, through pcscd and tilld"
        case .ingest: "ingest: batches of 100 records from 200 terminals into till-hub"
        case .hotList: "hotlist: a hot list of 360,000 cards, the ledger in process"
        case .feed: "feed: sales while a full snapshot is applied, the ledger in process"
        case .drain: "drain: a backlog from tilld to till-hub, with taps meanwhile"
        }
    }
}
