import Payments
import SmartCards

/// What the hub is told about electronic purses.
package struct PurseSettings: Sendable, Hashable {
    /// A master key in a file, and how a card's key is derived from it.
    package struct Key: Sendable, Hashable {
        /// 32 hexadecimal digits; only the owner may read it.
        package var path: String
        /// One to three, the card's own first.
        package var factors: [DiversificationFactor]

        package init(path: String, factors: [DiversificationFactor]) {
            invariant((1...3).contains(factors.count), "keys are diversified over one to three levels")
            self.path = path
            self.factors = factors
        }
    }

    /// Checks TACs; without it they are booked unchecked.
    package var tacKey: Key?
    /// Grants loads; without it they are refused.
    package var loadKey: Key?
    /// Most that a purse may hold after a load.
    package var balanceMaximum: Amount
    /// Most that one load may put into a purse.
    package var loadMaximum: Amount
    /// After this time a record that the card's serials prove, and no terminal delivered, counts as lost.
    package var missingAfter: Duration

    package init(
        tacKey: Key? = nil, loadKey: Key? = nil, balanceMaximum: Amount = Amount(fen: 100_000),
        loadMaximum: Amount = Amount(fen: 50_000), missingAfter: Duration = .seconds(72 * 3600)
    ) {
        self.tacKey = tacKey
        self.loadKey = loadKey
        self.balanceMaximum = balanceMaximum
        self.loadMaximum = loadMaximum
        self.missingAfter = missingAfter
    }
}
