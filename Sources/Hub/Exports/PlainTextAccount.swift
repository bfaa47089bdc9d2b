import Payments

/// Names of accounts in plain-text accounting.
///
/// There a liability is negative: what is a credit here, and positive, is negative there. ``PlainTextJournal`` turns
/// the sign.
enum PlainTextAccount {
    /// - Parameter eachAccount: a cardholder's account by itself instead of the sum.
    static func parts(_ account: BookAccount, eachAccount: Bool) -> [String] {
        switch account {
        case .cardholder(let id): ["liabilities", "cardholders"] + (eachAccount ? [id.text] : [])
        case .subsidy(let id): ["liabilities", "subsidies"] + (eachAccount ? [id.text] : [])
        case .merchant(let id): ["liabilities", "merchants", id.text]
        case .purse: ["liabilities", "purses"]
        case .settled: ["liabilities", "settled"]
        case .funding: ["assets", "funding"]
        case .bank: ["assets", "bank"]
        case .suspense: ["assets", "suspense"]
        case .debt(let id): ["assets", "debts"] + (eachAccount ? [id.text] : [])
        case .losses: ["expenses", "losses"]
        }
    }

    /// The parts of an ``OpeningBalance``; `nil` when it names no account that this version knows.
    static func parts(opening text: String, eachAccount: Bool) -> [String]? {
        switch text {
        case "cardholder": ["liabilities", "cardholders"]
        case "subsidy": ["liabilities", "subsidies"]
        case "purse": ["liabilities", "purses"]
        case "debt": ["assets", "debts"]
        default: BookAccount(text: text).map { parts($0, eachAccount: eachAccount) }
        }
    }

    /// `liabilities:merchants:canteen-1`.
    static func hledger(_ parts: [String]) -> String { parts.joined(separator: ":") }

    /// `Liabilities:Merchants:M-canteen--1`: Beancount's names begin with a capital or a digit and have only letters,
    /// digits and hyphens. A merchant's hyphen is doubled, `_` is `-u` and `.` is `-d`, so that no two merchants meet.
    static func beancount(_ parts: [String]) -> String {
        parts.enumerated().map { index, part in
            guard index == 2, parts[1] == "merchants" else { return part.prefix(1).uppercased() + part.dropFirst() }
            return "M-"
                + part.map { character in
                    switch character {
                    case "-": "--"
                    case "_": "-u"
                    case ".": "-d"
                    default: String(character)
                    }
                }.joined()
        }.joined(separator: ":")
    }
}
