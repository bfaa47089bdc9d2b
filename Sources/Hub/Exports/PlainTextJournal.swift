import Payments

/// Writes postings as a plain-text accounting journal, one after the other, and asserts the balance of every account
/// that moved at the end of each business day.
///
/// Memory: one number per account that is named, however long the journal.
package struct PlainTextJournal: Sendable {
    /// For which program.
    package enum Format: String, Sendable, CaseIterable {
        case hledger, beancount
    }

    private let format: Format
    private let eachAccount: Bool
    /// Balances after what was written, in the journal's sign.
    private var balances: [[String]: Amount] = [:]
    private var touched: Set<[String]> = []
    private var day: BusinessDay?

    /// - Parameter eachAccount: cardholders one by one instead of their sum.
    package init(format: Format, eachAccount: Bool) {
        self.format = format
        self.eachAccount = eachAccount
    }

    /// The first lines.
    package func header(campus: String, snapshot: Int64) -> String {
        switch format {
        case .hledger: "; books of \(Self.line(campus)), up to posting \(snapshot)\ncommodity 1000.00 CNY\n"
        case .beancount:
            "; books up to posting \(snapshot)\noption \"title\" \(Self.quoted(campus))\n"
                + "option \"operating_currency\" \"CNY\"\n"
        }
    }

    /// What was there before `day`; nothing when nothing was.
    ///
    /// - Throws: ``ExportError`` when the balances do not sum to zero or name an unknown account.
    package mutating func opening(_ opening: [OpeningBalance], on day: BusinessDay) throws(ExportError) -> String {
        guard !opening.isEmpty else { return "" }
        var legs: [(account: [String], amount: Amount)] = []
        for line in opening {
            guard let parts = PlainTextAccount.parts(opening: line.account, eachAccount: eachAccount) else {
                throw ExportError(.unknownAccount)
            }
            legs.append((parts, Amount(fen: -line.balanceFen)))
        }
        guard legs.reduce(Amount.zero, { $0 + $1.amount }) == .zero else { throw ExportError(.unbalanced) }
        return begin(day) + transaction(day, code: nil, "opening balances", tags: [], legs)
    }

    /// One posting; postings come in order of business day.
    package mutating func posting(_ posting: ExportedPosting) throws(ExportError) -> String {
        let legs = posting.entries.map { entry in
            (
                account: PlainTextAccount.parts(entry.account, eachAccount: eachAccount),
                amount: Amount(fen: -entry.amountFen)
            )
        }
        guard legs.count > 1, legs.reduce(Amount.zero, { $0 + $1.amount }) == .zero else {
            throw ExportError(.unbalanced)
        }
        if let day, posting.day < day { throw ExportError(.outOfOrder) }
        var tags: [(String, String)] = []
        if let transaction = posting.transaction { tags.append(("transaction", transaction.text)) }
        if let late = posting.lateDay { tags.append(("late", late.text)) }
        return begin(posting.day)
            + transaction(posting.day, code: posting.posting, posting.kind.rawValue, tags: tags, legs)
    }

    /// The last assertions.
    package mutating func end() -> String {
        guard let day else { return "" }
        self.day = nil
        return assertions(day)
    }

    private mutating func begin(_ next: BusinessDay) -> String {
        defer { day = next }
        guard let day, day != next else { return "" }
        return assertions(day)
    }

    private mutating func transaction(
        _ day: BusinessDay, code: Int64?, _ description: String, tags: [(String, String)],
        _ legs: [(account: [String], amount: Amount)]
    ) -> String {
        var text = ""
        for leg in legs {
            if balances[leg.account] == nil { text += opened(leg.account) }
            balances[leg.account, default: .zero] += leg.amount
            touched.insert(leg.account)
        }
        switch format {
        case .hledger:
            text += "\n\(day) * \(code.map { "(\($0)) " } ?? "")\(description)\n"
            for (name, value) in tags { text += "    ; \(name):\(value)\n" }
        case .beancount:
            text += "\n\(day) * \(Self.quoted(description))\n"
            if let code { text += "  posting: \(code)\n" }
            for (name, value) in tags { text += "  \(name): \(Self.quoted(value))\n" }
        }
        for leg in legs { text += "    \(name(leg.account))  \(leg.amount.yuanText) CNY\n" }
        return text
    }

    private func opened(_ account: [String]) -> String {
        switch format {
        case .hledger: "\naccount \(name(account))\n"
        case .beancount: "\n1970-01-01 open \(name(account)) CNY\n"
        }
    }

    /// Hledger asserts with a transaction of nothing, Beancount at the start of the next day.
    private mutating func assertions(_ day: BusinessDay) -> String {
        let accounts = touched.sorted { $0.lexicographicallyPrecedes($1) }
        touched = []
        var text = format == .hledger ? "\n\(day) * balances after business day \(day)\n" : "\n"
        for account in accounts {
            let balance = (balances[account] ?? .zero).yuanText
            switch format {
            case .hledger: text += "    \(name(account))  0.00 CNY = \(balance) CNY\n"
            case .beancount: text += "\(day.next) balance \(name(account))  \(balance) CNY\n"
            }
        }
        return text
    }

    private func name(_ account: [String]) -> String {
        switch format {
        case .hledger: PlainTextAccount.hledger(account)
        case .beancount: PlainTextAccount.beancount(account)
        }
    }

    private static func line(_ text: String) -> String { text.replacing("\n", with: " ") }

    private static func quoted(_ text: String) -> String {
        "\"" + line(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
