import HubProtocol
import Payments
import Terminal
import Testing

/// What every journal promises, through its ports only. `journal` is new and empty.
package func checkJournal(
    _ journal: some PaymentJournal & SendQueue & Replica & JournalArchive
) async throws {
    let now = UnixTime(seconds: 1_788_220_800)
    let account = try #require(AccountID(number: 2_026_010_001))
    let card = CardID.uid([4, 1, 2, 3, 4, 5, 6])
    let merchant = try #require(MerchantID(text: "canteen-1"))
    let lane = try #require(LaneID(text: "lane-1"))
    let authorizer = Authorizer(policy: .standard)
    let byCard = Instrument.card(CardEvidence(card: card, proof: .proven))
    let byCode = Instrument.code(
        CodeEvidence(
            reference: CodeReference(keyID: 7, serial: 1), account: account, issuedAt: now,
            expiresAt: now.advanced(by: .seconds(60)), limit: Amount(fen: 5000)))
    let genesis = JournalHash.genesis(terminal: journal.terminal, journal: journal.journal)

    #expect(try await journal.unsent(limit: 10) == nil, "an empty journal has nothing to send")
    let page = ChangesPage(
        changes: [
            ChangeMessage(
                cursor: 1, account: AccountMessage(id: account, status: .active, balance: Amount(fen: 10_000))),
            ChangeMessage(cursor: 2, card: CardMessage(id: card, account: account, status: .active)),
        ], cursor: 2, more: false, acknowledged: Acknowledgement(sequence: 0, hash: genesis), hubTime: now)
    try await journal.apply(page, after: 0)
    #expect(try await journal.cursor() == 2)
    try await journal.apply(page, after: 0)
    #expect(try await journal.cursor() == 2, "a page from behind the cursor changes nothing")
    await #expect(throws: LedgerError(.changesDoNotFollow)) { try await journal.apply(page, after: 9) }

    let first = try await journal.mint()
    let second = try await journal.mint()
    #expect(first != second && first.journal == journal.journal, "no number is given out twice")
    func request(_ transaction: TransactionID, _ instrument: Instrument) -> AuthorizationRequest {
        AuthorizationRequest(
            transaction: transaction, amount: Amount(fen: 1000), instrument: instrument, merchant: merchant,
            lane: lane)
    }
    let paid = try await journal.conclude(
        request(second, byCode), hub: .none(.unreachable), authorizer: authorizer, now: now)
    #expect(paid.decision == .approved(.offline(.unreachable)) && paid.record.sequence == 1)
    #expect(paid.available == Amount(fen: 9000))
    await #expect(throws: LedgerError(.transactionNotOpen), "a number has one effect") {
        _ = try await journal.conclude(request(second, byCard), hub: .notAsked, authorizer: authorizer, now: now)
    }
    let replay = try await journal.conclude(
        request(first, byCode), hub: .none(.unreachable), authorizer: authorizer, now: now)
    #expect(replay.decision == .declined(.codeReplayed, .local), "a code pays once")
    let view = try await journal.view(of: byCard)
    #expect(view.undelivered == Amount(fen: 1000) && view.account?.available == Amount(fen: 9000))
    let third = try await journal.mint()
    try await journal.void(third, now: now)

    let unsent = try #require(try await journal.unsent(limit: 10))
    #expect(unsent.records.map(\.sequence) == [1, 2, 3] && unsent.records.last?.outcome == .voided)
    #expect(unsent.hash == unsent.records.reduce(genesis) { $0.following($1) }, "the chain is the protocol's")
    await #expect(throws: LedgerError(.acknowledgementMismatch)) {
        try await journal.acknowledge(Acknowledgement(sequence: 3, hash: genesis))
    }
    try await journal.acknowledge(Acknowledgement(sequence: 3, hash: unsent.hash))
    try await journal.acknowledge(Acknowledgement(sequence: 0, hash: genesis))
    let figures = try await journal.figures()
    #expect(figures.acknowledged == 3 && figures.unsentCount == 0, "acknowledged is never forgotten")
    #expect(try await journal.view(of: byCard).undelivered == .zero)
    let verification = try await journal.verify()
    #expect(verification.findings.isEmpty && verification.records == 3 && verification.approvedCount == 1)
}
