import Payments
import Simulation
import SmartCards
import Testing

@Suite("What card is this, and why")
struct ExaminationTests {
    let campus: LabCampus

    init() throws { campus = try LabCampus() }

    private static let today = 19_981_001
    private static let identity = CardProfile.identityOnly(IdentityProfile(name: "identity_only"))

    private func examine(
        _ card: any VirtualCard, _ profiles: [CardProfile], answerToReset: [UInt8]? = nil, today: Int = today,
        lost: Int? = nil
    ) -> (report: CardExaminationReport, commands: [CommandAPDU]) {
        var card = card
        card.powerOn()
        var commands: [CommandAPDU] = []
        var machine = CardExamination(
            answerToReset: answerToReset ?? card.answerToReset, profiles: profiles, today: today)
        var action = machine.start()
        while true {
            switch action {
            case .finish(let report): return (report, commands)
            case .transmit(let command):
                commands.append(command)
                if commands.count == lost {
                    action = machine.receive(.cardFailed)
                } else {
                    action = machine.receive(.cardAnswered(card.exchange(command.bytes)))
                }
            }
        }
    }

    private func text(_ report: CardExaminationReport) -> String {
        (report.findings.map { "\($0.subject.english): \($0.text.english)" }
            + report.verdicts.map { "\($0.profile) \($0.fit.rawValue): \($0.reason.english)" })
            .joined(separator: "\n")
    }

    private var chinese: (CardExaminationReport) -> String {
        { ($0.findings.flatMap { [$0.subject, $0.text] } + $0.verdicts.map(\.reason)).map(\.chinese).joined() }
    }

    @Test("a card of the campus is taken by its profile, and its number is masked")
    func purse() throws {
        let (report, commands) = examine(campus.card(), [.purse(campus.profile), Self.identity])
        #expect(report.isComplete)
        #expect(report.decisive?.profile == "campus")
        #expect(report.verdicts.map(\.fit) == [.fits, .fits])
        #expect(report.conclusion.english == "profile campus takes the card")
        #expect(report.conclusion.chinese == "由配置 campus 受理此卡")
        let text = text(report)
        #expect(text.contains("card …0030, issuer 1111222233330006"), "\(text)")
        #expect(text.contains("identifier: card …E5F6, 7 bytes, fixed"))
        for secret in ["00061998081700000030", "98081700000030", "04A1B2C3D4E5F6"] {
            #expect(!text.contains(secret))
            #expect(!chinese(report).contains(secret))
        }
        #expect(commands.allSatisfy(CardExamination.isHarmless))
    }

    @Test("an examination sends nothing that a card counts or writes", arguments: [0x20, 0x50, 0x54, 0x82, 0xD6, 0xDC])
    func harmless(instruction: UInt8) {
        for classByte: UInt8 in [0x00, 0x80, 0x90, 0xFF] {
            #expect(!CardExamination.isHarmless(CommandAPDU(classByte, instruction, 0, 0)))
        }
        #expect(!CardExamination.isHarmless(CommandAPDU(0x90, 0xAF, 0, 0, data: [1])))
    }

    @Test("the card's memory is the same afterwards")
    func unchanged() throws {
        var card = campus.card()
        let before = card.memory
        var machine = CardExamination(
            answerToReset: card.answerToReset, profiles: [.purse(campus.profile)], today: Self.today)
        var action = machine.start()
        while case .transmit(let command) = action {
            action = machine.receive(.cardAnswered(card.exchange(command.bytes)))
        }
        #expect(card.memory == before)
    }

    @Test("a profile that does not fit says which status word the card gave, and what it means")
    func otherProfile() throws {
        let other = PurseProfile(name: "old", application: .file(0xDF03), purchaseKeyIndex: 0, proof: .none)
        let report = examine(campus.card(), [.purse(other)]).report
        #expect(report.decisive == nil)
        let verdict = try #require(report.verdicts.first)
        #expect(verdict.fit == .doesNotFit)
        #expect(
            verdict.reason.english
                == "the card has no application file DF03: 6A82, file or application not found")
        #expect(verdict.reason.chinese == "卡内没有应用 file DF03：6A82，文件或应用不存在")
        #expect(report.conclusion.english == "no profile of this terminal takes the card")
        let hint = "A00000000386980701 (PBOC): card …0030"
        #expect(text(report).contains(hint), "\(text(report))")
        #expect(
            text(report).contains(
                "to take it: card_profiles: - {kind: purse, name: PBOC, application: \"A00000000386980701\"}"))
    }

    @Test(
        "a card whose days are over fits and will be declined",
        arguments: [(19_981_216, "expired"), (19_980_814, "valid only from")])
    func dates(today: Int, reason: String) throws {
        let report = examine(campus.card(), [.purse(campus.profile)], today: today).report
        #expect(report.verdicts[0].fit == .fitsDeclined)
        #expect(report.verdicts[0].reason.english.hasPrefix(reason))
    }

    @Test("the first and the last day count")
    func edges() {
        for today in [19_980_815, 19_981_215] {
            #expect(examine(campus.card(), [.purse(campus.profile)], today: today).report.verdicts[0].fit == .fits)
        }
    }

    @Test("a locked application is refused, and says so")
    func locked() {
        var memory = campus.memory()
        memory.isApplicationLocked = true
        let report = examine(campus.card(memory), [.purse(campus.profile), Self.identity]).report
        #expect(report.verdicts[0].fit == .refused)
        #expect(report.verdicts[0].reason.english.contains("6A81"))
        #expect(report.conclusion.english == "profile campus refuses the card")
    }

    @Test("a card without public information in its answer to SELECT is read like at a sale")
    func publicInformationFile() {
        var memory = campus.memory()
        memory.givesInformationOnSelect = false
        let (report, commands) = examine(campus.card(memory), [.purse(campus.profile)])
        #expect(report.verdicts[0].fit == .fits)
        #expect(commands.contains(PurseCommand.readPublicInformation))
    }

    @Test("a contact card that answers through GET RESPONSE is understood")
    func getResponse() {
        var memory = campus.memory()
        memory.answersThroughGetResponse = true
        #expect(examine(campus.card(memory), [.purse(campus.profile)]).report.verdicts[0].fit == .fits)
    }

    @Test("a storage card is named from its answer to reset, and only its identifier fits")
    func storageCard() {
        let card = SimulatedIdentityCard(identifier: [1, 2, 3, 4])
        let report = examine(card, [.purse(campus.profile), Self.identity]).report
        #expect(text(report).contains("storage card without applications: MIFARE Classic 1K"))
        #expect(report.verdicts.map(\.fit) == [.doesNotFit, .fits])
        #expect(report.decisive?.profile == "identity_only")
    }

    @Test("a random identifier is no identity")
    func random() {
        let report = examine(SimulatedIdentityCard(identifier: [8, 2, 3, 4]), [Self.identity]).report
        #expect(report.verdicts[0].fit == .refused)
        #expect(report.verdicts[0].reason.english.contains("drawn anew at every tap"))
    }

    @Test("an identifier that several cards have is no identity, and the profile's own name stands in the verdict")
    func notUnique() {
        let profile = CardProfile.identityOnly(IdentityProfile(name: "door"))
        let report = examine(SimulatedIdentityCard(identifier: [0x1F, 2, 3, 4]), [profile]).report
        #expect(report.verdicts.map(\.profile) == ["door"])
        #expect(report.verdicts.map(\.fit) == [.refused])
        #expect(report.verdicts[0].reason.english.contains("not unique"))
        #expect(text(report).contains("4 bytes, fixed, but not unique"))
    }

    @Test("a reversed byte order is told, without the other half of the identifier")
    func reversed() {
        let profile = CardProfile.identityOnly(IdentityProfile(name: "door", transform: .reversed))
        let report = examine(SimulatedIdentityCard(identifier: [0x1A, 0x2B, 0x3C, 0x4D]), [profile]).report
        #expect(report.verdicts.map(\.fit) == [.fits])
        #expect(report.verdicts[0].reason.english.contains("byte order reversed"))
        for half in ["1A2B", "2B1A"] { #expect(!text(report).contains(half)) }
    }

    @Test(
        "a DESFire card says its generation and its application, and is never authenticated",
        arguments: [
            (DESFireCardMemory.Generation.ev1, DESFireMessaging.ev1, "EV1"), (.ev2, .ev2, "EV2"), (.ev3, .ev2, "EV3"),
        ])
    func desfire(
        generation: DESFireCardMemory.Generation, messaging: DESFireMessaging, name: String
    ) throws {
        let desfire = try DESFireCampus(generation, messaging, communication: 3)
        let profile = desfire.profile(tender: .account)
        let (report, commands) = examine(desfire.card(), [.purse(campus.profile), .desfire(profile), Self.identity])
        #expect(report.isComplete)
        #expect(report.verdicts.map(\.fit) == [.doesNotFit, .fits, .fits], "\(text(report))")
        let reason = report.verdicts[1].reason.english
        #expect(reason.hasPrefix("the card (DESFire \(name), hardware "), "\(reason)")
        #expect(reason.contains("has application F54230; whether it holds the campus's key shows only at a sale"))
        #expect(!reason.contains("random UID"))
        #expect(commands.allSatisfy(CardExamination.isHarmless))
        for instruction: UInt8 in [0x0A, 0x1A, 0xAA, 0x71, 0x77] {
            #expect(!commands.contains { $0.classByte == 0x90 && $0.instruction == instruction })
        }
        for secret in ["04782E21801D80", "782E21801D"] { #expect(!text(report).contains(secret)) }
    }

    @Test("a DESFire card without the application is left to the next profile")
    func desfireOtherApplication() throws {
        let desfire = try DESFireCampus(.ev2, .ev2, communication: 3)
        var memory = desfire.memory()
        memory.application = [1, 2, 3]
        let report = examine(
            desfire.card(memory), [.desfire(desfire.profile(tender: .account)), Self.identity]
        ).report
        #expect(report.verdicts.map(\.fit) == [.doesNotFit, .fits])
        #expect(report.verdicts[0].reason.english.hasSuffix("has no application F54230"))
        #expect(report.verdicts[0].reason.english.contains("DESFire EV2"))
    }

    @Test("a DESFire card that hides the UID of its key is refused, unless the profile has a key that opens it")
    func desfireRandomUID() throws {
        let desfire = try DESFireCampus(.ev2, .ev2, communication: 3)
        var memory = desfire.memory()
        memory.hidesUID = true
        for hasUIDKey in [false, true] {
            let profile = desfire.profile(hasUIDKey: hasUIDKey, tender: .account)
            let verdict = try #require(examine(desfire.card(memory), [.desfire(profile)]).report.verdicts.first)
            #expect(verdict.fit == (hasUIDKey ? .fits : .refused))
            #expect(verdict.reason.english.contains("random UID"))
        }
    }

    @Test("a DESFire card that is too old for the profile's secure messaging is refused")
    func desfireTooOld() throws {
        let desfire = try DESFireCampus(.ev1, .ev1, communication: 3)
        let profile = desfire.profile(rule: .exactly(.ev2), tender: .account)
        let verdict = try #require(examine(desfire.card(), [.desfire(profile)]).report.verdicts.first)
        #expect(verdict.fit == .refused)
        #expect(verdict.reason.english.contains("does not speak the profile's secure messaging"))
    }

    @Test("a MIFARE Classic purse is refused on a reader that is not known, before anything is tried")
    func unknownReader() throws {
        let classic = try ClassicCampus()
        let profile = CardProfile.mifareClassic(classic.profile(.purse))
        #expect(examine(classic.card(), [profile]).report.verdicts.map(\.fit) == [.refused])
    }

    @Test("a MIFARE Classic card would be tried, and gets no key")
    func mifareClassic() throws {
        let classic = try ClassicCampus()
        let (report, commands) = examine(classic.card(), [.mifareClassic(classic.profile(.account)), Self.identity])
        #expect(report.verdicts.map(\.fit) == [.fits, .fits])
        #expect(
            report.verdicts[0].reason.english
                == "the answer to reset hints at MIFARE Classic 1K; would be tried: only a "
                + "sale shows whether the key fits")
        #expect(!commands.contains { $0.classByte == 0xFF && $0.instruction != 0xCA })
        #expect(!CardExamination.isHarmless(CommandAPDU(0xFF, 0x86, 0, 0, data: [1, 0, 4, 0x60, 0])))
        let unknown = examine(classic.card(), [.mifareClassic(classic.profile(.account))], answerToReset: []).report
        #expect(unknown.verdicts[0].fit == .fits)
        #expect(unknown.verdicts[0].reason.english.contains("would be tried"))
    }

    @Test("what is no MIFARE Classic by its answer to reset, or has no identifier, is left to the next profile")
    func noMIFAREClassic() throws {
        let classic = CardProfile.mifareClassic(try ClassicCampus().profile(.account))
        let command = examine(campus.card(), [classic]).report
        #expect(command.verdicts.map(\.fit) == [.doesNotFit])
        #expect(command.verdicts[0].reason.english.contains("hints at no storage card"))
        let phone = examine(SimulatedIdentityCard(identifier: [8, 2, 3, 4]), [classic]).report
        #expect(phone.verdicts.map(\.fit) == [.doesNotFit])
        #expect(phone.verdicts[0].reason.english.hasPrefix("not tried, identifier"))
        let ultralight = try hex("3B8F8001804F0CA000000306030003000000006 8".filter { $0 != " " })
        let light = examine(
            SimulatedIdentityCard(identifier: [4, 2, 3, 4, 5, 6, 7]), [classic], answerToReset: ultralight
        ).report
        #expect(light.verdicts.map(\.fit) == [.doesNotFit])
        #expect(light.verdicts[0].reason.english.contains("MIFARE Ultralight"))
    }

    @Test("a card that leaves at any moment gives a report that says so", arguments: 1...12)
    func torn(exchange: Int) {
        let report = examine(campus.card(), [.purse(campus.profile)], lost: exchange).report
        #expect(!report.isComplete)
        #expect(report.conclusion.english.hasPrefix("the card left"))
    }

    @Test("a chip's serial number at the end of the historical bytes is not shown")
    func historicalBytes() throws {
        // FM1208: 10 78 80 90 02 20 90 00 and eight bytes of its own would be 16; a card has at most 15.
        let historical = try hex("1078809002 20 90 0011223344556677")
        let bytes: [UInt8] = [0x3B, 0x8F, 0x80, 0x01] + historical
        let check = bytes.dropFirst().reduce(0, ^)
        let report = examine(
            SimulatedIdentityCard(identifier: [1, 2, 3, 4]), [], answerToReset: bytes + [check]
        ).report
        let line = try #require(report.findings.first { $0.subject.english == "answer to reset" }).text.english
        #expect(line.hasPrefix("3B8F800110788090022090··"), "\(line)")
        #expect(!line.contains("5566"))
    }
}

@Suite("Answer to reset")
struct AnswerToResetTests {
    @Test("a made-up answer of a reader is read to its check byte")
    func contactless() throws {
        let answer = try AnswerToReset(decoding: hex("3B8F8001804F0CA0000003060300010000 00006A"))
        #expect(answer.historicalBytes.count == 15)
        #expect(answer.isCheckByteRight == true)
        #expect(answer.storageCard?.name == "MIFARE Classic 1K")
        #expect(answer.protocols == [0, 1])
    }

    @Test("cards without historical bytes, with T=0 alone, and with a wrong check byte")
    func others() throws {
        #expect(try AnswerToReset(decoding: hex("3B80800101")).historicalBytes.isEmpty)
        let contact = try AnswerToReset(decoding: hex("3B6300004142 43"))
        #expect(contact.isCheckByteRight == nil)
        #expect(contact.historicalBytes == Array("ABC".utf8))
        #expect(try AnswerToReset(decoding: hex("3B8180018081")).isCheckByteRight == false)
        #expect(try AnswerToReset(decoding: hex("3B818001808055")).surplusCount == 1)
    }

    @Test(
        "what is no answer to reset is refused",
        arguments: ["", "3B", "3C00", "3B80", "3B8F8001", "3B8081", "3BFF1122"])
    func malformed(text: String) throws {
        let bytes = try hex(text)
        #expect(throws: AnswerToReset.Flaw.self) { try AnswerToReset(decoding: bytes) }
    }

    @Test(
        "storage cards by their number",
        arguments: [
            (0x0002, "MIFARE Classic 4K"), (0x0003, "MIFARE Ultralight"), (0x0026, "MIFARE Mini"),
            (0xFF88, "vendor's own number FF88"), (0x0040, "number 0040 of the PC/SC list"),
        ])
    func storageCards(number: Int, name: String) throws {
        let bytes = try hex("804F0CA00000030603") + [UInt8(number >> 8), UInt8(number & 0xFF), 0, 0, 0, 0]
        #expect(StorageCard(historicalBytes: bytes)?.name == name)
    }
}
