import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import SmartCards
import Synchronization
import TestSupport
import Testing

/// A purse card as the hub's side sees one: serials, balance, keys. It counts on only when money moves.
struct TestPurse {
    static let tacMaster = "00112233445566778899AABBCCDDEEFF"
    static let loadMaster = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"

    let information: PublicInformation
    var balance: UInt32
    var offline: UInt16
    var online: UInt16
    private let tacKey: DESKey
    private let loadKey: DESKey
    private var drawn: UInt32 = 0x1000_0000

    init(number: UInt64 = 1, balance: UInt32 = 0, offline: UInt16 = 0, online: UInt16 = 0) throws {
        let issuer: [UInt8] = [0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0, 6]
        information = try PublicInformation(
            decoding: issuer + [3, 1] + number.bigEndianBytes(count: 10) + [0x20, 0x26, 0x09, 0x01]
                + [0x20, 0x30, 0x06, 0x30, 0x55, 0x66])
        self.balance = balance
        self.offline = offline
        self.online = online
        let factor = [DiversificationFactor.applicationSerial.bytes(for: information)]
        tacKey = try #require(DESKey(hex: Self.tacMaster)).diversified(through: factor)
        loadKey = try #require(DESKey(hex: Self.loadMaster)).diversified(through: factor)
    }

    var card: CardID { information.card }

    /// Master key files and settings that fit this card.
    static func settings(in directory: String) throws -> PurseSettings {
        func file(_ name: String, _ digits: String) throws -> PurseSettings.Key {
            let path = "\(directory)/\(name)"
            try Data("\(digits)\n".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return PurseSettings.Key(path: path, factors: [.applicationSerial])
        }
        return PurseSettings(tacKey: try file("tac-key", tacMaster), loadKey: try file("load-key", loadMaster))
    }

    /// INITIALIZE FOR PURCHASE: the card's word before, without its proof.
    mutating func initialize(_ amount: UInt32, terminal: TerminalID) throws -> PurchaseEvidence {
        let answer =
            balance.bigEndianBytes(count: 4) + offline.bigEndianBytes(count: 2) + [0, 0, 0, 1, 0]
            + random().bigEndianBytes(count: 4)
        return PurchaseEvidence(
            information: information,
            transaction: PurseTransaction(
                amount: amount, type: PurseTransaction.purchaseType, terminal: terminal,
                time: CalendarTime(UnixTime(seconds: 1_788_000_000))),
            initialization: try PurchaseInitialization(decoding: ResponseAPDU(data: answer, status: .success)),
            secureModuleAnswer: SecureModuleAnswer(terminalSerial: drawn & 0xFFFF, mac1: [1, 2, 3, 4]))
    }

    /// DEBIT FOR PURCHASE: the card pays, and proves it.
    mutating func debit(_ intent: PurchaseEvidence) throws -> PurchaseEvidence {
        balance -= intent.transaction.amount
        offline += 1
        return try proven(intent)
    }

    /// The purchase with the proof that GET TRANSACTION PROVE gives too.
    func proven(_ intent: PurchaseEvidence) throws -> PurchaseEvidence {
        let tac = PurseCryptogram.purchaseTAC(
            tacKey, intent.transaction, terminalSerial: intent.secureModuleAnswer.terminalSerial)
        var evidence = intent
        evidence.cryptograms = try PurchaseCryptograms(
            decoding: ResponseAPDU(data: tac + [9, 9, 9, 9], status: .success))
        return evidence
    }

    /// A whole purchase.
    mutating func pay(_ amount: UInt32, terminal: TerminalID) throws -> PurchaseEvidence {
        try debit(initialize(amount, terminal: terminal))
    }

    /// INITIALIZE FOR LOAD: 16 bytes.
    mutating func initializeLoad(_ amount: UInt32, terminal: TerminalID) throws -> [UInt8] {
        let random = random().bigEndianBytes(count: 4)
        let transaction = PurseTransaction(
            amount: amount, type: PurseTransaction.loadType, terminal: terminal,
            time: CalendarTime(UnixTime(milliseconds: 0)))
        let session = PurseCryptogram.loadSessionKey(loadKey, random: random, onlineSerial: online)
        let mac1 = PurseCryptogram.loadMAC1(session, transaction, balanceBefore: balance)
        return balance.bigEndianBytes(count: 4) + online.bigEndianBytes(count: 2) + [1, 0] + random + mac1
    }

    /// CREDIT FOR LOAD: whether the card takes the money.
    mutating func credit(
        _ initialization: [UInt8], _ amount: UInt32, terminal: TerminalID, grant: LoadHoldAnswer.Grant
    ) throws -> Bool {
        let time = try #require(Hex.decode(grant.time))
        let transaction = PurseTransaction(
            amount: amount, type: PurseTransaction.loadType, terminal: terminal,
            time: try #require(CalendarTime(binaryCodedDate: time[0..<4], time: time[4..<7])))
        let session = PurseCryptogram.loadSessionKey(
            loadKey, random: Array(initialization[8..<12]), onlineSerial: online)
        guard Hex.encode(PurseCryptogram.loadMAC2(session, transaction)) == grant.mac2 else { return false }
        balance += amount
        online += 1
        return true
    }

    private mutating func random() -> UInt32 {
        drawn = drawn &* 1_664_525 &+ 1_013_904_223
        return drawn
    }
}

extension TestTerminal {
    var id: TerminalID { credentials.id }

    /// Writes a record about a purse.
    @discardableResult
    func write(
        _ outcome: Outcome, _ movement: JournalRecord.Movement, card: CardID, fen: Int64, account: AccountID? = nil,
        transaction: TransactionID? = nil, path: AuthorizationPath = .local
    ) throws -> JournalRecord {
        let transaction = transaction ?? mint()
        let sale = JournalRecord.Sale(
            movement: movement, amount: Amount(fen: fen), payer: .card(card, .proven), account: account,
            merchant: merchant, lane: try lane, path: path)
        let now = hub.clock.now()
        return journal.withLock { journal in
            let record = JournalRecord(
                sequence: UInt64(journal.records.count) + 1, transaction: transaction, outcome: outcome, sale: sale,
                decidedAt: now, replicaCursor: 7)
            journal.records.append(record)
            return record
        }
    }

    /// A purse purchase with this evidence.
    @discardableResult
    func write(_ outcome: Outcome, _ evidence: PurchaseEvidence) throws -> JournalRecord {
        let bytes = try #require(EvidenceBytes(CardTransactionEvidence.purchase(evidence).canonicalBytes))
        return try write(
            outcome, .pursePurchase(bytes), card: evidence.information.card,
            fen: Int64(evidence.transaction.amount))
    }

    /// A load, whose evidence this hub does not read.
    @discardableResult
    func writeLoad(
        _ outcome: Outcome, card: CardID, fen: Int64, account: AccountID, transaction: TransactionID? = nil
    ) throws -> JournalRecord {
        let bytes = try #require(EvidenceBytes([0xFE]))
        return try write(
            outcome, .purseLoad(bytes), card: card, fen: fen, account: account, transaction: transaction,
            path: .online)
    }

    func loadRequest(
        _ transaction: TransactionID, _ purse: TestPurse, fen: Int64, initialization: [UInt8]
    ) throws -> LoadHoldRequest {
        LoadHoldRequest(
            transaction: transaction, amount: Amount(fen: fen), card: purse.card, merchant: merchant,
            lane: try lane, undelivered: .zero, publicInformation: purse.information.bytes,
            initialization: initialization)
    }

    func load(_ request: LoadHoldRequest, sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> LoadHoldAnswer
    {
        let reply = try await ask(.post, "/v1/loads", request)
        try #require(reply.status == 200, "\(reply.text)", sourceLocation: sourceLocation)
        return try reply.decoded()
    }

    /// Uploads what the hub does not have yet.
    func deliverRest(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let reply = try await register()
        let known = try reply.decoded(as: AcknowledgementMessage.self).acknowledged.sequence
        guard known < UInt64(records.count) else { return }
        try await deliver(known + 1...UInt64(records.count), sourceLocation: sourceLocation)
    }
}

extension HubFixture {
    /// A hub with purse keys.
    static func openWithPurses(
        adjust: (inout HubConfiguration) -> Void = { _ in }
    ) async throws -> HubFixture {
        let directory = try TemporaryDirectory()
        let settings = try TestPurse.settings(in: directory.path)
        return try await open(directory: directory) { configuration in
            configuration.purse = settings
            adjust(&configuration)
        }
    }

    func purse(_ card: CardID) async throws -> PurseSummary {
        try await operate(.get, "/purses/\(card.text)", as: PurseSummary.self)
    }

    func openPurse(_ purse: TestPurse) async throws {
        try await operate(
            .post, "/purses/\(purse.card.text)/open", PurseOpening(balanceFen: Int64(purse.balance)),
            as: PurseReceipt.self)
    }

    func move(_ transaction: TransactionID) async throws -> PurseTransactionSummary {
        try await operate(.get, "/purse-transactions/\(transaction.text)", as: PurseTransactionSummary.self)
    }
}
