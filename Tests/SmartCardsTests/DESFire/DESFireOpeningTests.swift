import Payments
import Simulation
import SmartCards
import Testing

@Suite("Which session a DESFire card gets")
struct DESFireOpeningTests {
    private func campus(
        _ generation: DESFireCardMemory.Generation, _ messaging: DESFireMessaging
    ) throws -> DESFireCampus {
        try DESFireCampus(generation, messaging, communication: 0x03)
    }

    @Test("the best messaging of the card is used where the profile leaves it open")
    func best() throws {
        for (generation, opening) in [(.ev1, 0xAA), (.ev2, 0x71), (.ev3, 0x71)]
            as [(DESFireCardMemory.Generation, UInt8)]
        {
            let campus = try campus(generation, .ev2)
            var tap = DESFireTap(campus.card())
            guard case .debited = try tap.run(campus.machine(300, campus.profile(rule: .bestOfCard))) else {
                Issue.record("\(generation)")
                continue
            }
            #expect(tap.exchanges[4] == opening)
        }
    }

    @Test("a card that is older than the profile allows is refused, never brought down")
    func older() throws {
        let campus = try campus(.ev1, .ev2)
        var tap = DESFireTap(campus.card())
        guard case .failed(.messagingNotSupported(let version)) = try tap.run(campus.machine()) else {
            Issue.record("not refused")
            return
        }
        #expect(version?.hardware.majorVersion == 0x01)
        #expect(!tap.exchanges.contains(0xAA))
        // Without GetVersion the card itself says that it does not know the command.
        let fixed = campus.profile(source: .fixed(try #require(AESKey(campus.keyBytes))))
        #expect(try tap.run(campus.machine(300, fixed)) == .failed(.messagingNotSupported(nil)))
        #expect(tap.exchanges == [0x5A, 0x71])
    }

    @Test("a version that claims EV1 does not bring an EV2 profile down")
    func claimedVersion() throws {
        let campus = try campus(.ev3, .ev2)
        let old = try hex("04010101001805 91AF")
        var tap = DESFireTap(campus.card(), [2: .replaced(old)])
        guard case .failed(.messagingNotSupported) = try tap.run(campus.machine()) else {
            Issue.record("brought down")
            return
        }
        #expect(!tap.exchanges.contains(0xAA))
    }

    @Test("a key that is the same everywhere needs no version, and the UID comes out of the session")
    func fixedKey() throws {
        let campus = try DESFireCampus(.ev2, .ev2, communication: 0x03, provesTransactions: true)
        let profile = campus.profile(source: .fixed(try #require(AESKey(campus.keyBytes))))
        var tap = DESFireTap(campus.card())
        guard case .debited(let evidence) = try tap.run(campus.machine(300, profile)) else {
            Issue.record("not debited")
            return
        }
        #expect(tap.exchanges == [0x5A, 0x71, 0xAF, 0x51, 0xAD, 0x6C, 0xDC, 0x8B, 0xC7])
        #expect(evidence.uid == campus.uid)
        #expect(evidence.isGenuine(underTransactionMACKey: campus.transactionMACKey) == true)
    }

    @Test("a hidden UID is refused without a key that opens it", arguments: DESFireDebitMachineTests.campuses)
    func hidden(campus: DESFireCampus) throws {
        var memory = campus.memory()
        memory.hidesUID = true
        var tap = DESFireTap(campus.card(memory))
        #expect(try tap.run(campus.machine()) == .failed(.uidHidden))
        #expect(tap.exchanges == [0x5A, 0x60, 0xAF, 0xAF])
    }

    @Test(
        "a hidden UID is asked for under the common key, then the card's own opens the session",
        arguments: DESFireDebitMachineTests.campuses)
    func opened(campus: DESFireCampus) throws {
        var memory = campus.memory()
        memory.hidesUID = true
        var tap = DESFireTap(campus.card(memory))
        guard case .debited(let evidence) = try tap.run(campus.machine(300, campus.profile(hasUIDKey: true))) else {
            Issue.record("not debited")
            return
        }
        let second: UInt8 = campus.messaging == .ev1 ? 0xAA : 0x77
        #expect(tap.exchanges[6...8] == [0x51, second, 0xAF])
        #expect(evidence.uid == campus.uid)
        #expect(campus.value(of: tap.card) == 700)
        #expect(
            evidence.isGenuine(underTransactionMACKey: campus.transactionMACKey)
                == (campus.provesTransactions ? true : nil))
    }

    @Test("versions of cards in the field")
    func versions() throws {
        func messaging(_ hardware: String) throws -> DESFireMessaging? {
            try DESFireVersion(decoding: hex(hardware + "04010101011805 04112233445566 0102030405 2226")).messaging
        }
        // As the card of the recording answers; its UID and production data are others'.
        let recorded = try DESFireVersion(decoding: hex("04010133001805 04010103001805 04112233445566 00000000000000"))
        #expect(recorded.messaging == .ev2)
        #expect("\(recorded)" == "hardware 51.0, software 3.0")
        #expect(try messaging("04010100021805") == nil, "before EV1")
        #expect(try messaging("04010101001A05") == .ev1)
        #expect(try messaging("04010112001A05") == .ev2)
        #expect(try messaging("04010133001A05") == .ev2)
        #expect(try messaging("04080130001305") == .ev2, "Light")
        #expect(try messaging("04040201001103") == nil, "NTAG")
        #expect(try messaging("05010101001A05") == nil, "another vendor")
    }

    @Test("key parts are put together in their order, and the layout of AN10922 is the standard one")
    func parts() throws {
        let campus = try campus(.ev1, .ev1)
        let expected = try #require(AESKey(campus.keyBytes))
        #expect(campus.source.key(uid: campus.uid, application: campus.application) == expected)
        let master = try aesKey("00112233445566778899AABBCCDDEEFF")
        let reversed = DESFireKey.diversified(master: master, by: [.applicationReversed, .fixed([7]), .uid])
        #expect(
            reversed.key(uid: campus.uid, application: campus.application)
                == master.diversified(by: [0xF5, 0x42, 0x30, 7] + campus.uid))
        #expect(!DESFireKey.diversified(master: master, by: [.application]).needsUID)
        var dumped =
            "\(campus.source) \(DESFireKey.fixed(expected)) \(String(reflecting: campus.profile(hasUIDKey: true)))"
        dump(campus.profile(hasUIDKey: true), to: &dumped)
        dump(DESFireKey.fixed(expected), to: &dumped)
        // C0C1C2 and A8DD63, in hexadecimal and in decimal.
        for secret in ["A8DD", "C0C1", "168", "221", "192", "193"] { #expect(!dumped.contains(secret)) }
    }
}
