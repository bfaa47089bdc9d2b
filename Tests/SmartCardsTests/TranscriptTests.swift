import Foundation
import Payments
import Simulation
import SmartCards
import Testing

@Suite("Transcripts of cards")
struct TranscriptTests {
    let campus: LabCampus

    init() throws { campus = try LabCampus() }

    @Test(
        "a stored transcript replays command by command to the outcome it was stored with",
        arguments: TranscriptFixtures.names)
    func replay(name: String) throws {
        let transcript = try CardTranscript(text: TranscriptFixtures.text(name))
        let replay = try TranscriptReplay(transcript)
        #expect(replay.card.difference == nil, "\(replay.card.difference?.description ?? "")")
        #expect(replay.card.isExhausted, "the replay ended early")
        #expect(replay.outcome == transcript.value("outcome"))
    }

    @Test("the simulated transcripts are those of today's machines")
    func simulated() throws {
        let recipes = try TranscriptFixtures.recipes(campus)
        for (name, recipe) in recipes {
            let text = try TranscriptFixtures.record(recipe, campus).text(remarks: [
                "Made by TranscriptFixtures.swift with simulated cards."
            ])
            let name = "simulated-" + name
            if ProcessInfo.processInfo.environment["CAMPUS_TILL_WRITE_TRANSCRIPTS"] == "1" {
                try TranscriptFixtures.write(text, name)
            }
            #expect(text == (try? TranscriptFixtures.text(name)), "\(name)")
        }
        #expect(TranscriptFixtures.names.filter { $0.hasPrefix("simulated-") }.count == recipes.count)
    }

    @Test("the published purchase is one: its codes are right under the published key")
    func published() throws {
        let transcript = try CardTranscript(text: TranscriptFixtures.text("published-fmcos-purchase"))
        let answers = transcript.steps.compactMap { if case .answered(let bytes, _) = $0 { bytes.filled } else { nil } }
        let initialization = try PurchaseInitialization(decoding: ResponseAPDU(decoding: answers[1]))
        let session = PurseCryptogram.purchaseSessionKey(
            try key("00112233445566778899AABBCCDDEEFF"), random: initialization.random,
            offlineSerial: initialization.offlineSerial, terminalSerial: 0)
        let cryptograms = try PurchaseCryptograms(decoding: ResponseAPDU(decoding: answers[2]))
        #expect(cryptograms.mac2 == PurseCryptogram.purchaseMAC2(session, amount: 1))
    }

    @Test("a replay that sends another command is a difference with both sides")
    func difference() throws {
        var transcript = try CardTranscript(text: TranscriptFixtures.text("simulated-tap-proven"))
        transcript.fields.removeAll { $0.name == "terminal" }
        transcript.fields.append(CardTranscript.Field("terminal", "00112233FFFF"))
        let difference = try #require(try TranscriptReplay(transcript).card.difference)
        #expect(difference.position == 1)
        #expect(difference.recorded == "805001020B010000000000112233445 50F".filter { $0 != " " })
        #expect(difference.replayed == "805001020B010000000000112233FFFF0F")
        #expect("\(difference)".contains("command 2 differs"))
    }

    @Test("a replay that goes on after the end, or stops before it, is noticed")
    func ends() throws {
        let whole = try CardTranscript(text: TranscriptFixtures.text("simulated-tap-proven"))
        var short = whole
        short.steps.removeLast(2)
        #expect(try TranscriptReplay(short).card.difference?.recorded == nil)
        var card = TranscriptCard(whole)
        card.powerOn()
        #expect(!card.isExhausted)
        #expect(card.difference == nil)
    }

    @Test("text and back is the same", arguments: TranscriptFixtures.names)
    func text(name: String) throws {
        let transcript = try CardTranscript(text: TranscriptFixtures.text(name))
        #expect(try CardTranscript(text: transcript.text(remarks: ["remark"])) == transcript)
    }

    @Test(
        "a line that is none is refused with its number",
        arguments: [
            "> 1", "> x 00A4", "> 1 00A", "> 1 0G", "< 1  9000", "! 1 1102", "! 1 E11", "+ 1 00", "? 1 00", "Kind: tap",
            "kind:tap", "> -1 00", "> 1 00 A4", "> 99999999999999999999 00", "> 1 *A", "+ 1\r",
        ])
    func malformed(line: String) {
        let text = "campus-till transcript 1\nkind: tap\n\(line)\n"
        #expect(throws: TranscriptError(.lineMalformed, line: 3)) { try CardTranscript(text: text) }
    }

    @Test("another version, fields after steps, and too much are refused")
    func refused() {
        #expect(throws: TranscriptError(.versionUnknown, line: 1)) {
            try CardTranscript(text: "campus-till transcript 2\n")
        }
        #expect(throws: TranscriptError(.versionUnknown, line: 1)) { try CardTranscript(text: "") }
        #expect(throws: TranscriptError(.lineMalformed, line: 3)) {
            try CardTranscript(text: "campus-till transcript 1\n+ 1\nkind: tap\n")
        }
        let steps = String(repeating: "+ 1\n", count: CardTranscript.stepMaximum)
        #expect(throws: Never.self) { try CardTranscript(text: "campus-till transcript 1\n" + steps) }
        #expect(throws: TranscriptError(.tooLong, line: CardTranscript.stepMaximum + 2)) {
            try CardTranscript(text: "campus-till transcript 1\n" + steps + "+ 1\n")
        }
    }

    @Test(
        "a profile's text and back is the same",
        arguments: [
            "purse A00000000386980701 key 01 proof module", "purse 3F01 key 00 proof none",
            "purse directory:A000000386 key 01 proof module tender purse", "purse directory: key 01 proof none",
            "purse A00000000386980701 key 01 proof module load 02 pin needed",
            "purse 3F01 key 01 proof module tender purse load 01 pin none",
            "desfire F54230 messaging ev2 key 01 diversified", "desfire 000001 messaging best key 0D fixed uidkey 02",
            "desfire F54230 messaging ev1 key 00 fixed", "mifare_classic block 04 key a",
            "mifare_classic block 08 key b", "identity", "identity reversed",
        ])
    func profile(text: String) {
        #expect(CardProfile(transcriptText: text)?.transcriptText == text)
    }

    @Test(
        "a profile's text that is none is refused",
        arguments: [
            "", "purse", "identity ", "identity twice", "purse 3F01 key 01 proof none tender purse",
            "purse 3F01 key 01 proof module tender", "purse 3F01 key 01 proof module load", "purse  key 01 proof none",
            "purse 3F01 key 01 proof module tender account", "purse 3F01 key 0102 proof none", "desfire",
            "desfire F542 messaging ev2 key 01 fixed", "desfire F54230 messaging ev3 key 01 fixed",
            "desfire F54230 messaging ev2 key 0E fixed", "desfire F54230 messaging ev2 key 01 fixed uidkey 0E",
            "mifare_classic block 03 key a", "mifare_classic block 04 key c", "mifare_classic", "visa",
        ])
    func malformedProfile(text: String) {
        #expect(CardProfile(transcriptText: text) == nil)
    }
}
