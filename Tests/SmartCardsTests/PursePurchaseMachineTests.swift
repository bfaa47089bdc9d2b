import Payments
import Simulation
import SmartCards
import Testing

@Suite("A tap on a purse card")
struct PursePurchaseMachineTests {
    let campus: LabCampus

    init() throws { campus = try LabCampus() }

    func machine(amount: UInt32 = 0, profile: PurseProfile? = nil) -> PursePurchaseMachine {
        PursePurchaseMachine(
            profile: profile ?? campus.profile, amount: amount, terminal: campus.terminal, time: campus.time)
    }

    func memory(_ tap: Tap) throws -> PurseCardMemory { try #require(tap.card as? SimulatedPurseCard).memory }

    @Test("amount zero proves the card in five exchanges and takes no money")
    func proof() throws {
        var tap = Tap(campus.card(), campus)
        let result = try tap.run(machine())
        guard case .identified(let information, .proven, let evidence?) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(information == campus.information)
        #expect(tap.exchanges == [0xA4, 0x50, 0x70, 0x54, 0x72])
        #expect(evidence.initialization.balanceBefore == 10_000)
        #expect(evidence.initialization.offlineSerial == 0)
        #expect(evidence.secureModuleAnswer.terminalSerial == 42)
        #expect(evidence.transaction.amount == 0)
        #expect(evidence.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication))
        #expect(!evidence.isGenuine(underTACKey: campus.masterTAC))
        #expect(try memory(tap).balance == 10_000)
        #expect(try memory(tap).offlineSerial == 1)
    }

    @Test("a purchase takes its amount once, and the evidence holds what the issuer needs")
    func purchase() throws {
        var tap = Tap(campus.card(), campus)
        guard case .purchased(let evidence) = try tap.run(machine(amount: 1_250)) else {
            Issue.record("not purchased")
            return
        }
        #expect(try memory(tap).balance == 8_750)
        #expect(evidence.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication))
        var other = evidence
        other = PurchaseEvidence(
            information: evidence.information,
            transaction: PurseTransaction(amount: 1, type: 6, terminal: campus.terminal, time: campus.time),
            initialization: evidence.initialization, secureModuleAnswer: evidence.secureModuleAnswer,
            cryptograms: evidence.cryptograms)
        #expect(!other.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication))
    }

    @Test("the public-information file is read only when the FCI leaves it out")
    func readBinary() throws {
        var memory = campus.memory()
        memory.givesInformationOnSelect = false
        var tap = Tap(campus.card(memory), campus)
        guard case .identified(campus.information, .proven, _) = try tap.run(machine()) else {
            Issue.record("not identified")
            return
        }
        #expect(tap.exchanges == [0xA4, 0xB0, 0x50, 0x70, 0x54, 0x72])
    }

    @Test("a card that answers through GET RESPONSE is served")
    func getResponse() throws {
        var memory = campus.memory()
        memory.answersThroughGetResponse = true
        var tap = Tap(campus.card(memory), campus)
        guard case .purchased = try tap.run(machine(amount: 5)) else {
            Issue.record("not purchased")
            return
        }
        #expect(tap.exchanges == [0xA4, 0xC0, 0x50, 0xC0, 0x70, 0x54, 0xC0, 0x72])
    }

    @Test("without a secure module the tap ends after the number, unproven")
    func unproven() throws {
        let profile = PurseProfile(
            name: "campus", application: .file(0x3F01), purchaseKeyIndex: 1, proof: .none)
        var tap = Tap(campus.card(), campus)
        #expect(try tap.run(machine(profile: profile)) == .identified(campus.information, .unproven, nil))
        #expect(tap.exchanges == [0xA4])
    }

    @Test("two levels of diversification reach a card that was issued with two")
    func twoLevels() throws {
        let factors: [DiversificationFactor] = [.applicationSerial, .issuer]
        let card = SimulatedPurseCard(
            memory: campus.memory(),
            keys: PurseCardKeys(
                masterPurchase: campus.masterPurchase, masterTransactionAuthentication: campus.masterTAC,
                information: campus.information, factors: factors),
            random: SeededGenerator(seed: 3))
        let profile = PurseProfile(
            name: "campus", application: campus.profile.application, purchaseKeyIndex: 1,
            proof: .secureModule(factors: factors))
        var tap = Tap(card, campus)
        guard case .identified(_, .proven, _) = try tap.run(machine(profile: profile)) else {
            Issue.record("not proven")
            return
        }
        var oneLevel = Tap(card, campus)
        #expect(try oneLevel.run(machine()) == .failed(.secureModuleRefusedByCard))
    }

    @Test("the wrong master key is refused by the card, which keeps its money")
    func wrongKey() throws {
        var tap = Tap(campus.card(), campus)
        tap.module = SoftSecureModule(masterKey: try key("000102030405060708090A0B0C0D0E0F"))
        #expect(try tap.run(machine(amount: 100)) == .failed(.secureModuleRefusedByCard))
        #expect(try memory(tap) == campus.memory())
    }

    @Test("a wrong MAC2 unmasks a card that is not genuine")
    func wrongMAC2() throws {
        var tap = Tap(campus.card(), campus, [3: .corrupted])
        guard case .failed(.cardNotGenuine(let evidence)) = try tap.run(machine()) else {
            Issue.record("taken for genuine")
            return
        }
        #expect(evidence.cryptograms != nil)
    }

    @Test("a locked application and a locked card are recognised", arguments: [true, false])
    func locked(application: Bool) throws {
        var memory = campus.memory()
        memory.isApplicationLocked = application
        memory.isCardLocked = !application
        var tap = Tap(campus.card(memory), campus)
        #expect(try tap.run(machine()) == .failed(.applicationLocked))
    }

    @Test("an application locked for good at INITIALIZE is recognised")
    func lockedLater() throws {
        var tap = Tap(campus.card(), campus, [2: .replaced([0x93, 0x03])])
        #expect(try tap.run(machine()) == .failed(.applicationLocked))
    }

    @Test("a purse that does not hold enough is left alone")
    func insufficient() throws {
        var tap = Tap(campus.card(campus.memory(balance: 99)), campus)
        #expect(try tap.run(machine(amount: 100)) == .failed(.insufficientBalance))
        #expect(tap.exchanges == [0xA4, 0x50])
    }

    @Test("a key index that the card does not have is named")
    func keyIndex() throws {
        let profile = PurseProfile(
            name: "campus", application: campus.profile.application, purchaseKeyIndex: 9,
            proof: campus.profile.proof)
        var tap = Tap(campus.card(), campus)
        #expect(try tap.run(machine(profile: profile)) == .failed(.keyIndexNotSupported))
    }

    @Test("another application is not this profile")
    func otherApplication() throws {
        var tap = Tap(SimulatedIdentityCard(identifier: [4, 5, 6, 7]), campus)
        #expect(try tap.run(machine()) == .failed(.notThisProfile(.fileNotFound)))
    }

    @Test("a secure module that fails before the DEBIT leaves the purse alone")
    func moduleFailsEarly() throws {
        var tap = Tap(campus.card(), campus)
        tap.moduleFailsToInitialize = true
        #expect(try tap.run(machine(amount: 5)) == .failed(.secureModuleFailed(.initializeSecureModule)))
        #expect(try memory(tap).balance == 10_000)
    }

    @Test("a secure module that answers a MAC1 of another length has failed")
    func shortMAC1() throws {
        var machine = machine()
        _ = machine.receive(.started)
        var card = campus.card()
        _ = machine.receive(.cardAnswered(card.transmit(campus.profile.selectCommand.bytes)))
        let initialize = PurseCommand.initializeForPurchase(keyIndex: 1, amount: 0, terminal: campus.terminal)
        _ = machine.receive(.cardAnswered(card.transmit(initialize.bytes)))
        let answer = SecureModuleAnswer(terminalSerial: 1, mac1: [1, 2, 3])
        #expect(
            machine.receive(.secureModuleInitialized(answer))
                == .finish(.failed(.secureModuleFailed(.initializeSecureModule))))
    }

    @Test("a secure module that cannot check MAC2 leaves a purchase unknown and a proof failed")
    func moduleFailsLate() throws {
        var proof = Tap(campus.card(), campus)
        proof.moduleFailsToCheck = true
        #expect(try proof.run(machine()) == .failed(.secureModuleFailed(.checkMAC2)))
        var purchase = Tap(campus.card(), campus)
        purchase.moduleFailsToCheck = true
        guard case .unknown(let evidence, .notChecked) = try purchase.run(machine(amount: 5)) else {
            Issue.record("not unknown")
            return
        }
        #expect(evidence.cryptograms != nil)
    }

    @Test("an event that no action asked for stops the process")
    func misuse() async {
        await #expect(processExitsWith: .failure) {
            let campus = try LabCampus()
            var machine = PursePurchaseMachine(
                profile: campus.profile, amount: 0, terminal: campus.terminal, time: campus.time)
            _ = machine.receive(.started)
            _ = machine.receive(.checked(.right))
        }
    }
}
