import HubProtocol
import Payments
import Terminal
import Testing

/// Names and values of a small campus, for tests that need some.
enum Campus {
    static let terminal = value(TerminalID(text: "0000A1B2C3D4"))
    static let journal = JournalID(number: 0xC0FF_EE01)
    static let merchant = value(MerchantID(text: "canteen-1"))
    static let lane = value(LaneID(text: "lane-1"))
    /// A morning in September 2026.
    static let morning = UnixTime(seconds: 1_788_220_800)
    static let authorizer = Authorizer(policy: .standard)

    static func account(_ number: UInt64 = 1) -> AccountID { value(AccountID(number: 2_026_010_000 + number)) }

    static func card(_ number: UInt8 = 1) -> CardID {
        .purse(applicationSerial: [0x10, 0, 0, 0, 0, 0, 0, 0, 0, number])
    }

    static func cardEvidence(_ number: UInt8 = 1) -> Instrument {
        .card(CardEvidence(card: card(number), proof: .proven))
    }

    static func code(_ serial: UInt64, account number: UInt64 = 1) -> Instrument {
        .code(
            CodeEvidence(
                reference: CodeReference(keyID: 7, serial: serial), account: account(number), issuedAt: morning,
                expiresAt: morning.advanced(by: .seconds(60)), limit: Amount(fen: 20_000)))
    }

    static func request(
        _ transaction: TransactionID, fen: Int64 = 100, _ instrument: Instrument = cardEvidence()
    ) -> AuthorizationRequest {
        AuthorizationRequest(
            transaction: transaction, amount: Amount(fen: fen), instrument: instrument, merchant: merchant, lane: lane)
    }

    static let reference = value(SaleReference(text: "order-1"))

    /// ¥3.50 or so out of a card's own purse.
    static func purchase(
        _ fen: Int64 = 350, card number: UInt8 = 1, evidence: [UInt8] = [1, 2, 3]
    ) -> JournalRecord.Sale {
        JournalRecord.Sale(
            movement: .pursePurchase(value(EvidenceBytes(evidence))), amount: Amount(fen: fen),
            payer: .card(card(number), .proven), account: nil, merchant: merchant, lane: lane, path: .local)
    }

    /// A load of a card's own purse from its account.
    static func load(_ fen: Int64 = 1000, card number: UInt8 = 1, evidence: [UInt8] = [4, 5, 6]) -> JournalRecord.Sale {
        JournalRecord.Sale(
            movement: .purseLoad(value(EvidenceBytes(evidence))), amount: Amount(fen: fen),
            payer: .card(card(number), .proven), account: account(UInt64(number)), merchant: merchant, lane: lane,
            path: .online)
    }

    /// The page that fills an empty replica: account `n` with `balance` and its card `n`, for `n` from 1.
    static func firstPage(
        accounts: Int = 3, balance: Int64 = 100_000, acknowledged: Acknowledgement, at time: UnixTime = morning
    ) -> ChangesPage {
        var changes: [ChangeMessage] = []
        for number in 1...accounts {
            changes.append(
                ChangeMessage(
                    cursor: UInt64(changes.count + 1),
                    account: AccountMessage(
                        id: account(UInt64(number)), status: .active, balance: Amount(fen: balance))))
            changes.append(
                ChangeMessage(
                    cursor: UInt64(changes.count + 1),
                    card: CardMessage(id: card(UInt8(number)), account: account(UInt64(number)), status: .active)))
        }
        return ChangesPage(
            changes: changes, cursor: UInt64(changes.count), more: false, acknowledged: acknowledged, hubTime: time)
    }

    private static func value<Value>(_ value: Value?) -> Value {
        guard let value else { fatalError("a constant of the tests is not valid") }
        return value
    }
}
