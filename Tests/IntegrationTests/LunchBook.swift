import Payments

/// What the customers of a lunch have seen with their own eyes: the approvals that the terminal showed.
actor LunchBook {
    /// Amount of each approval in fen, by transaction.
    private(set) var approvals: [TransactionID: Int64] = [:]
    /// What must never be seen: the same approval for two sales, or a code that paid twice.
    private(set) var contradictions: [String] = []
    private(set) var declines = 0
    private(set) var offlineApprovals = 0
    private(set) var isOver = false
    private(set) var hubKills = 0
    /// Cards and codes held out so far.
    private(set) var presentations = 0
    private var freshCodes: [String] = []
    private var paidCodes: [String] = []

    func approved(_ transaction: TransactionID?, fen: Int64, by: String?, code: String?) {
        guard let transaction else {
            contradictions.append("an approval without a transaction id")
            return
        }
        if approvals.updateValue(fen, forKey: transaction) != nil {
            contradictions.append("transaction \(transaction) was approved for two sales")
        }
        if by == "offline" { offlineApprovals += 1 }
        guard let code else { return }
        if paidCodes.contains(code) { contradictions.append("a payment code paid twice") }
        paidCodes.append(code)
    }

    func declined() { declines += 1 }

    func killedHub() { hubKills += 1 }

    func presented() { presentations += 1 }

    func add(code: String) { freshCodes.append(code) }

    /// A code that is to be shown now: a fresh one, or one that has paid already.
    func nextCode(again: Bool) -> String? {
        if again, let code = paidCodes.last { return code }
        return freshCodes.popLast()
    }

    /// Whether a sale came through for each kill, and one by code.
    func meansSomething(for kills: Int) -> Bool { approvals.count >= kills && !paidCodes.isEmpty }

    func needsCodes() -> Bool { freshCodes.count < 3 }

    func end() { isOver = true }
}
