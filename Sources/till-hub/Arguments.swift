import ArgumentParser
import Payments

extension AccountID: ExpressibleByArgument {
    package init?(argument: String) { self.init(text: argument) }
}

extension TerminalID: ExpressibleByArgument {
    package init?(argument: String) { self.init(text: argument.uppercased()) }
}

extension MerchantID: ExpressibleByArgument {
    package init?(argument: String) { self.init(text: argument) }
}

extension TransactionID: ExpressibleByArgument {
    package init?(argument: String) { self.init(text: argument.uppercased()) }
}

extension CardID: ExpressibleByArgument {
    /// The digits in either case; the scheme as it is.
    package init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        self.init(text: "\(parts[0]):\(parts[1].uppercased())")
    }
}

/// An amount as people type it: `12`, `12.5`, `12.50`.
struct YuanArgument: ExpressibleByArgument {
    let amount: Amount

    init?(argument: String) {
        guard let amount = Amount(yuan: argument), amount > .zero else { return nil }
        self.amount = amount
    }
}
