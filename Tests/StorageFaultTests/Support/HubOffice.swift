import CampusSimulation
import Foundation
import HubProtocol
import Payments
import SmartCards
import TestSupport

@testable import Hub

/// What people at the hub do, and what terminals ask about codes, purses and corrections.
extension HubDesk {
    /// Adjustments go to this account, and nothing else does.
    static let officeAccount = Campus.account(6)
    static let firstPerson = OperatorIdentity(uid: 1001, name: "li")
    static let secondPerson = OperatorIdentity(uid: 1002, name: "wang")
    static let agreement = AdjustmentDecision(verdict: .approve, note: "seen")
    static let tomorrow = now.advanced(by: .seconds(86_400))

    /// Purse keys; the card of ``load()`` fits them.
    static let purses: PurseRules = {
        do {
            let directory = try TemporaryDirectory()
            let path = directory.file("load-key")
            try Data("0F1E2D3C4B5A69788796A5B4C3D2E1F0\n".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return try PurseRules(
                reading: PurseSettings(loadKey: PurseSettings.Key(path: path, factors: [.applicationSerial])),
                timeZoneOffsetSeconds: 28_800)
        } catch {
            fatalError("the key of the tests: \(error)")
        }
    }()

    static var officeFoundation: [Step] {
        [
            { await $0.openAccount(5) }, { await $0.topUp(5, "first-5") },
            { desk in
                await desk.done { _ = try await $0.createAccount(NewAccount(id: officeAccount, name: "x"), now: now) }
            },
            { await $0.publishCodeKey() },
            { desk in await desk.done { try await $0.adopt(signingKey: Campus.hubKey) } },
        ]
    }

    /// Every kind of write that the morning does not have.
    static var officeDay: [Step] {
        [
            { await $0.setPolicy(floorLimitFen: 700) },
            { await $0.issueCode(81) },
            { await $0.pay(code: 81, held: true) },
            { await $0.load() },
            { await $0.deliver() },
            { await $0.correct(fen: 100) },
            { await $0.sell(2, .approved, held: false) },
            { await $0.correct(fen: nil) },
            { await $0.deliver() },
            { await $0.propose(fen: 300) },
            { await $0.decide() },
            { await $0.setPolicy(floorLimitFen: 800) },
            { await $0.propose(fen: 200) },
            { await $0.issueCode(82) },
            { await $0.pay(code: 82, held: false) },
            { await $0.closeDays() },
            { await $0.deliver() },
            { await $0.closeDays() },
        ]
    }

    /// A closed hub with an office, where nothing has happened yet.
    static func openedWithOffice() async throws -> Base {
        let desk = try HubDesk(try await opened())
        try desk.open()
        guard await desk.run(officeFoundation) else { throw HubStoreError(.writeFailed, detail: "setting up") }
        await desk.abandon()
        return Base(directory: desk.directory, witness: desk.witness, hasOffice: true)
    }

    // MARK: Steps

    func publishCodeKey() async -> Bool {
        await done { store in
            try await store.publish(
                codeKey: CodeKeyMessage(
                    keyID: 7, publicKey: self.witness.publicKey, validFrom: Self.now, validThrough: Self.tomorrow))
        }
    }

    func setPolicy(floorLimitFen: Int64) async -> Bool {
        office?.asksPolicy()
        let allDay: PolicyNode = .object([
            "id": .number(1), "name": .text("all day"), "from": .text("00:00"), "to": .text("24:00"),
        ])
        let document: PolicyNode = .object([
            "campus": .text("main"), "meals": .list([allDay]),
            "rules": .list([.object(["floorLimitFen": .number(floorLimitFen)])]),
        ])
        return await done { store in
            try await store.adopt(signingKey: Campus.hubKey)
            self.office?.published(
                try await store.setPolicy(NewPolicy(document: document, note: "test"), now: Self.now))
        }
    }

    func issueCode(_ serial: UInt64) async -> Bool {
        guard case .code(let code) = Campus.code(serial) else { return false }
        return await done { store in
            try await store.store(code: code)
            self.office?.stored(code)
        }
    }

    func pay(code serial: UInt64, held: Bool) async -> Bool {
        guard case .code(let code) = Campus.code(serial) else { return false }
        return await sell(.code(code.reference), account: code.account, .approved, held: held)
    }

    /// The card answers INITIALIZE FOR LOAD; with the hub's word it takes ¥5.00.
    func load() async -> Bool {
        let transaction = mint()
        let card = Campus.card(5)
        // Issuer, type and version, serial number, days of validity, issuer's data.
        let information: [UInt8] =
            [0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0, 6, 3, 1, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 5]
            + [0x20, 0x26, 0x09, 0x01, 0x20, 0x30, 0x06, 0x30, 0x55, 0x66]
        // Balance, online serial, key version, algorithm, random number, MAC1 over ¥5.00 at this terminal.
        let initialization: [UInt8] = [0, 0, 0, 0, 0, 0, 1, 0, 0x10, 0x20, 0x30, 0x40, 0x74, 0x07, 0xED, 0xFB]
        let amount = Amount(fen: 500)
        let request = LoadHoldRequest(
            transaction: transaction, amount: amount, card: card, merchant: Campus.merchant, lane: Campus.lane,
            undelivered: .zero, publicInformation: information, initialization: initialization)
        let isGranted = await done { store in
            let terms = try LoadTerms(request)
            self.office?.asks(terms)
            let verdict = try await store.placeLoad(
                terms, undelivered: .zero, terminal: Campus.terminal, holds: Self.rules, now: Self.now)
            self.office?.heard(verdict, about: transaction)
            guard case .granted = verdict else { throw HubStoreError(.writeFailed, detail: "\(verdict)") }
        }
        guard isGranted, let evidence = EvidenceBytes([0xFE]) else { return false }
        write(
            transaction, .approved,
            JournalRecord.Sale(
                movement: .purseLoad(evidence), amount: amount, payer: .card(card, .proven),
                account: Campus.account(5), merchant: Campus.merchant, lane: Campus.lane, path: .online))
        return true
    }

    /// Gives a part of the last sale back, or voids it.
    func correct(fen: Int64?) async -> Bool {
        guard let last = witness.records.last(where: { $0.sale?.movement == .accountPurchase && $0.posting != nil }),
            var sale = last.sale
        else { return false }
        sale.movement = fen == nil ? .void(of: last.transaction) : .refund(of: last.transaction)
        sale.amount = fen.map { Amount(fen: $0) } ?? sale.amount
        sale.path = .local
        write(mint(), .approved, sale)
        return true
    }

    func propose(fen: Int64) async -> Bool {
        office?.asksProposal()
        let proposal = NewAdjustment(
            kind: .makeUpDebit, amountFen: fen, account: Self.officeAccount, merchant: Campus.merchant,
            transaction: mint(), note: "receipt shown")
        return await done { store in
            self.office?.proposed(try await store.propose(proposal, by: Self.firstPerson, now: Self.now))
        }
    }

    /// A second person agrees to the newest proposal.
    func decide() async -> Bool {
        guard let proposal = office?.proposals.last else { return false }
        office?.agrees(to: proposal.summary.id)
        return await done { store in
            self.office?.approved(
                try await store.decide(
                    adjustment: proposal.summary.id, Self.agreement, by: Self.secondPerson, now: Self.now))
        }
    }

    func closeDays() async -> Bool {
        await done { store in
            let closing = try await store.closeDays(
                through: nil, overAt: Self.tomorrow, operator: Self.firstPerson, now: Self.tomorrow)
            self.office?.closed(closing.closed)
        }
    }
}
