import HubProtocol
import Payments

/// The cardholders of a bench ledger: each with one account and one card, and debits spread over them.
struct BenchPayers: Sendable {
    /// First account number and step from one payer to the next; the same in Benchmarks/floor-sqlite.c, so that both
    /// touch the same pages of the index.
    private static let firstAccount: UInt64 = 2_026_000_001
    private static let stride = 7919
    /// Room for every debit that a bench makes, fen.
    private static let balance = Amount(fen: 100_000_000)

    let count: Int

    func account(_ payer: Int) throws -> AccountID {
        guard let account = AccountID(number: Self.firstAccount + UInt64(payer)) else {
            throw LabError("\(payer) is not the number of a bench account")
        }
        return account
    }

    func card(_ payer: Int) -> CardID { .purse(applicationSerial: UInt64(payer + 1).bigEndianBytes(count: 10)) }

    /// Who pays debit number `debit`.
    func payer(of debit: Int) -> Int { debit * Self.stride % count }

    /// Debit number `debit`, a proven card that the hub has approved, as a lane would ask for it.
    func request(_ transaction: TransactionID, debit: Int) throws -> (AuthorizationRequest, HubAnswer) {
        guard let merchant = MerchantID(text: LabCampus.merchant), let lane = LaneID(text: LabTerminal.lane) else {
            throw LabError("the lab's merchant and lane have names")
        }
        let payer = payer(of: debit)
        let evidence = CardEvidence(
            card: card(payer), proof: .proven, validFrom: 20_200_101, validThrough: 20_491_231)
        let request = AuthorizationRequest(
            transaction: transaction, amount: Amount(fen: Int64(100 + debit % 900)), instrument: .card(evidence),
            merchant: merchant, lane: lane)
        return (request, .held(account: try account(payer), available: Self.balance))
    }

    /// The hub's changes that tell a terminal about `payers`; two for each, from cursor 2 × payer + 1 on.
    func page(_ payers: Range<Int>, acknowledged: Acknowledgement, hubTime: UnixTime) throws -> ChangesPage {
        var changes: [ChangeMessage] = []
        for payer in payers {
            let account = try account(payer)
            changes.append(
                ChangeMessage(
                    cursor: UInt64(2 * payer + 1),
                    account: AccountMessage(id: account, status: .active, balance: Self.balance)))
            changes.append(
                ChangeMessage(
                    cursor: UInt64(2 * payer + 2),
                    card: CardMessage(id: card(payer), account: account, status: .active)))
        }
        return ChangesPage(
            changes: changes, cursor: UInt64(2 * payers.upperBound), more: payers.upperBound < count,
            acknowledged: acknowledged, hubTime: hubTime)
    }
}
