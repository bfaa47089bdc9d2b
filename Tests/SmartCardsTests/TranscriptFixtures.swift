import Foundation
import Payments
import Simulation
import SmartCards
import Testing

/// Transcripts in `Fixtures/transcripts`. Those called `simulated-…` are made here, with
/// `CAMPUS_TILL_WRITE_TRANSCRIPTS=1`; the others are written by hand from published logs.
enum TranscriptFixtures {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/transcripts")

    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".apdu") }.map { String($0.dropLast(5)) }.sorted()
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name + ".apdu"), encoding: .utf8)
    }

    static func write(_ text: String, _ name: String) throws {
        try text.write(to: folder.appendingPathComponent(name + ".apdu"), atomically: true, encoding: .utf8)
    }

    /// What each simulated transcript is made of.
    struct Recipe {
        var card: any VirtualCard
        var profiles: [CardProfile]
        var kind = "tap"
        var amount: UInt32 = 0
        /// The exchange, from 1, whose answer is lost.
        var lost: Int?
        /// Whether the card carries out what is lost.
        var isLostAfter = true
        /// Whether the card of a torn payment comes back.
        var comesBack = false
        var pin: CardPIN?
        var master: DESKey
    }

    static func recipes(_ campus: LabCampus) throws -> [String: Recipe] {
        let identity = CardProfile.identityOnly(IdentityProfile(name: "identity_only"))
        let profiles: [CardProfile] = [.purse(campus.profile), identity]
        let paying: [CardProfile] = [.purse(campus.profile(tender: .purse)), identity]
        let loads = try LoadCampus()
        let desfire = try DESFireCampus(.ev2, .ev2, communication: 3)
        let classic = try ClassicCampus()
        let memoryCard = CardProfile.mifareClassic(classic.profile(.account))
        let plain = Recipe(card: campus.card(), profiles: profiles, master: campus.masterPurchase)
        func recipe(_ change: (inout Recipe) throws -> Void) rethrows -> Recipe {
            var recipe = plain
            try change(&recipe)
            return recipe
        }
        func card(_ change: (inout PurseCardMemory) -> Void) -> SimulatedPurseCard {
            var memory = campus.memory()
            change(&memory)
            return campus.card(memory)
        }
        let city = CardProfile.purse(
            PurseProfile(name: "campus", application: .file(0x1001), purchaseKeyIndex: 0, proof: .none))
        let number = CardProfile.purse(
            PurseProfile(name: "campus", application: .file(0x3F01), purchaseKeyIndex: 1, proof: .none))
        let storage = SimulatedIdentityCard(identifier: [0x1A, 0x2B, 0x3C, 0x4D])
        return [
            "tap-proven": plain,
            "tap-second-profile": recipe { $0.profiles = [city] + profiles },
            "tap-get-response": recipe { $0.card = card { $0.answersThroughGetResponse = true } },
            "tap-file-15": recipe { $0.card = card { $0.givesInformationOnSelect = false } },
            "tap-number-only": recipe { $0.profiles = [number] },
            "tap-identifier": recipe { $0.card = storage },
            "tap-random-identifier": recipe { $0.card = SimulatedIdentityCard(identifier: [8, 1, 2, 3]) },
            "tap-locked": recipe { $0.card = card { $0.isApplicationLocked = true } },
            "tap-other-key": try recipe { $0.master = try key("000102030405060708090A0B0C0D0E0F") },
            "tap-lost-debit": recipe { $0.lost = 3 },
            "purchase": recipe { ($0.profiles, $0.amount) = (paying, 1250) },
            "purchase-lost-debit": recipe { ($0.profiles, $0.amount, $0.lost) = (paying, 1250, 3) },
            "purchase-torn-happened": recipe {
                ($0.profiles, $0.amount, $0.lost, $0.comesBack) = (paying, 1250, 3, true)
            },
            "purchase-torn-not-happened": recipe {
                ($0.profiles, $0.amount, $0.lost, $0.comesBack) = (paying, 1250, 3, true)
                $0.isLostAfter = false
            },
            "purchase-insufficient": recipe { ($0.profiles, $0.amount) = (paying, 20_000) },
            "load": try recipe {
                ($0.kind, $0.profiles, $0.amount) = ("load", [.purse(loads.profile)], 5_000)
                $0.pin = try loads.pin()
            },
            "load-torn-happened": try recipe {
                ($0.kind, $0.profiles, $0.amount) = ("load", [.purse(loads.profile)], 5_000)
                ($0.pin, $0.lost, $0.comesBack) = (try loads.pin(), 5, true)
            },
            "examination-desfire": recipe {
                ($0.kind, $0.card) = ("examination", desfire.card())
                $0.profiles = [.desfire(desfire.profile(tender: .account)), memoryCard, identity]
            },
            "examination-mifare-classic": recipe {
                ($0.kind, $0.card) = ("examination", classic.card())
                $0.profiles = [.desfire(desfire.profile(tender: .account)), memoryCard, identity]
            },
            "examination": recipe { $0.kind = "examination" },
            "examination-other-profile": recipe { ($0.kind, $0.profiles) = ("examination", [city]) },
            "examination-storage-card": recipe { ($0.kind, $0.card) = ("examination", storage) },
            "examination-get-response": recipe {
                ($0.kind, $0.card) = ("examination", card { $0.answersThroughGetResponse = true })
            },
        ]
    }

    /// Runs a recipe over a real card program and a real soft module, and gives the masked transcript.
    static func record(_ recipe: Recipe, _ campus: LabCampus) throws -> CardTranscript {
        let air = Air(recipe)
        let tacKey = campus.cardKeys.transactionAuthentication
        let issuer = LoadAuthority.granting(loadKey: campus.cardKeys.load, time: campus.time)
        let drive = TranscriptDrive(
            transmit: { air.transmit($0) }, initialize: { air.initialize($0) }, checkMAC2: { air.check($0) },
            checkTAC: { evidence in
                switch evidence {
                case .purchase(let purchase): purchase.isGenuine(underTACKey: tacKey) ? .right : .wrong
                case .load(let load): load.isGenuine(underTACKey: tacKey) ? .right : .wrong
                case .desfireDebit, .mifareClassic: .notPossible
                }
            },
            requestLoad: { if case .loadGranted(let grant) = issuer.decide($0) { grant } else { nil } },
            comesBack: {
                if recipe.comesBack { air.comeBack() }
                return recipe.comesBack
            })
        let tap = TranscriptDrive.Tap(
            profiles: recipe.profiles, amount: recipe.amount, terminal: campus.terminal, time: campus.time,
            pin: recipe.pin)
        let outcome: String
        switch recipe.kind {
        case "examination":
            outcome = drive.run(
                CardExamination(
                    answerToReset: recipe.card.answerToReset, profiles: recipe.profiles, today: 19_981_001))
        case "load": outcome = try #require(drive.load(tap))
        default: outcome = drive.sell(tap)
        }
        // As the lane shows it.
        let isLost = outcome == "problem E\(CardRefusal.Code.communicationFailed.rawValue)"
        var random = SeededGenerator(seed: 11)
        let fields =
            [
                CardTranscript.Field("kind", recipe.kind), CardTranscript.Field("terminal", campus.terminal.text),
                CardTranscript.Field("time", recipe.kind == "examination" ? "19981001120000" : "20260901113005"),
            ] + recipe.profiles.map { CardTranscript.Field("profile", $0.transcriptText) }
            + [CardTranscript.Field("outcome", isLost ? "problem E1102" : outcome)]
        return air.recording.transcript(
            answerToReset: recipe.card.answerToReset, fields: fields, using: &random)
    }

    private final class Air {
        var card: any VirtualCard
        var module: SoftSecureModule
        var recording = CardRecording()
        private let lost: Int?
        private let isLostAfter: Bool
        private var count: Int64 = 0

        init(_ recipe: Recipe) {
            card = recipe.card
            module = SoftSecureModule(masterKey: recipe.master)
            lost = recipe.lost
            isLostAfter = recipe.isLostAfter
            card.powerOn()
            recording.connected(at: 0)
        }

        func transmit(_ command: CommandAPDU) -> [UInt8]? {
            count += 1
            let isLost = lost == Int(count)
            let answer = isLost && !isLostAfter ? [] : card.exchange(command.bytes)
            if isLost {
                recording.failed(command.bytes, sentAt: count * 20_000, number: 1102, at: count * 20_000 + 9_000)
                return nil
            }
            recording.exchanged(
                command.bytes, sentAt: count * 20_000, answer: answer, at: count * 20_000 + 12_000)
            return answer
        }

        func initialize(_ request: SecureModuleRequest) -> SecureModuleAnswer? {
            try? module.initializeForPurchase(request, terminalSerial: 42)
        }

        func comeBack() {
            count += 100
            card.powerOn()
            recording.connected(at: count * 20_000)
        }

        func check(_ mac2: [UInt8]) -> CryptogramCheck {
            do throws(SoftSecureModuleError) {
                return try module.credit(mac2: mac2) ? .right : .wrong
            } catch {
                return .notPossible
            }
        }
    }
}
