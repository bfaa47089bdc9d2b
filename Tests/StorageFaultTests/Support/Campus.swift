import CampusSimulation
import Crypto
import HubProtocol
import Payments
import Terminal

/// Names and values of a small campus.
enum Campus {
    static let terminal = value(TerminalID(text: "0000A1B2C3D4"))
    static let journal = JournalID(number: 0xC0FF_EE01)
    static let merchant = value(MerchantID(text: "canteen-1"))
    static let lane = value(LaneID(text: "lane-1"))
    static let reference = value(SaleReference(text: "order-1"))
    /// A morning in September 2026.
    static let morning = UnixTime(seconds: 1_788_220_800)
    static let authorizer = Authorizer(policy: .standard)
    static let genesis = Acknowledgement(sequence: 0, hash: .genesis(terminal: terminal, journal: journal))

    static func account(_ number: UInt8) -> AccountID { value(AccountID(number: 2_026_010_000 + UInt64(number))) }

    static func card(_ number: UInt8) -> CardID {
        .purse(applicationSerial: [0x10, 0, 0, 0, 0, 0, 0, 0, 0, number])
    }

    static func cardEvidence(_ number: UInt8) -> Instrument {
        .card(CardEvidence(card: card(number), proof: .proven))
    }

    static func code(_ serial: UInt64, account number: UInt8 = 1) -> Instrument {
        .code(
            CodeEvidence(
                reference: CodeReference(keyID: 7, serial: serial), account: account(number), issuedAt: morning,
                expiresAt: morning.advanced(by: .seconds(60)), limit: Amount(fen: 20_000)))
    }

    static func request(
        _ transaction: TransactionID, fen: Int64 = 100, card number: UInt8 = 1
    ) -> AuthorizationRequest {
        request(transaction, fen: fen, cardEvidence(number))
    }

    static func request(
        _ transaction: TransactionID, fen: Int64, _ instrument: Instrument
    ) -> AuthorizationRequest {
        AuthorizationRequest(
            transaction: transaction, amount: Amount(fen: fen), instrument: instrument, merchant: merchant, lane: lane)
    }

    /// Out of a card's own purse.
    static func purchase(_ fen: Int64 = 350, card number: UInt8, evidence: [UInt8] = [1, 2, 3]) -> JournalRecord.Sale {
        JournalRecord.Sale(
            movement: .pursePurchase(value(EvidenceBytes(evidence))), amount: Amount(fen: fen),
            payer: .card(card(number), .proven), account: nil, merchant: merchant, lane: lane, path: .local)
    }

    /// Account `n` with `balance` and its card `n` for `n` from 1; card 9 is on the hot list.
    static func firstPage(balance: Int64 = 100_000) -> ChangesPage {
        var changes: [ChangeMessage] = []
        for number in UInt8(1)...4 {
            changes.append(account(number, balance: balance, at: UInt64(changes.count) + 1))
            changes.append(
                ChangeMessage(
                    cursor: UInt64(changes.count) + 1,
                    card: CardMessage(id: card(number), account: account(number), status: .active)))
        }
        changes.append(
            ChangeMessage(
                cursor: UInt64(changes.count) + 1,
                hotList: HotListMessage(card: card(9), reason: .cardReportedLost, version: 1)))
        return page(changes, hotList: hotList(version: 1), acknowledged: genesis)
    }

    /// A page behind the first: account 1 has another balance, card 8 comes on the hot list, card 9 goes.
    ///
    /// - Parameter cursor: after which the page begins; each page has three changes.
    static func laterPage(after cursor: UInt64, acknowledged: Acknowledgement) -> ChangesPage {
        let version = 1 + 2 * ((cursor - firstPage().cursor) / 3)
        return page(
            [
                account(1, balance: 55_000, at: cursor + 1),
                ChangeMessage(
                    cursor: cursor + 2,
                    hotList: HotListMessage(card: card(8), reason: .cardReportedStolen, version: version + 1)),
                ChangeMessage(
                    cursor: cursor + 3, hotList: HotListMessage(card: card(9), reason: nil, version: version + 2)),
            ], hotList: hotList(version: version + 2), acknowledged: acknowledged)
    }

    /// The hub's key, which signs the hot list.
    static let hubKey = HubSigningKey(
        privateKey: value(try? Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 5, count: 32))))

    /// The hot list as it is after version 1 (``firstPage(balance:)``) and after every second one from there.
    private static func hotList(version: UInt64) -> HotListVersionMessage? {
        var state = HotListState()
        state.change(card(9), from: nil, to: .cardReportedLost)
        while state.version < version {
            let isFirst = state.version == 1
            state.change(card(8), from: isFirst ? nil : .cardReportedStolen, to: .cardReportedStolen)
            state.change(card(9), from: isFirst ? .cardReportedLost : nil, to: nil)
        }
        return try? HotListVersionMessage(state.summary, key: hubKey)
    }

    static func account(_ number: UInt8, balance: Int64, at cursor: UInt64) -> ChangeMessage {
        ChangeMessage(
            cursor: cursor,
            account: AccountMessage(id: account(number), status: .active, balance: Amount(fen: balance)))
    }

    private static func page(
        _ changes: [ChangeMessage], hotList: HotListVersionMessage?, acknowledged: Acknowledgement
    ) -> ChangesPage {
        ChangesPage(
            changes: changes, cursor: changes.last?.cursor ?? 0, more: false, acknowledged: acknowledged,
            hotList: hotList, hubTime: morning)
    }

    private static func value<Value>(_ value: Value?) -> Value {
        guard let value else { fatalError("a constant of the tests is not valid") }
        return value
    }
}
