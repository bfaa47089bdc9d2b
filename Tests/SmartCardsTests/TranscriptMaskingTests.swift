import Payments
import Simulation
import SmartCards
import Testing

@Suite("What a transcript does not show")
struct TranscriptMaskingTests {
    private func transcript(
        _ exchanges: [(String, String)], answerToReset: String = "", seed: UInt64 = 1
    ) throws -> CardTranscript {
        var recording = CardRecording()
        for (command, answer) in exchanges {
            recording.exchanged(try hex(command), sentAt: 1, answer: try hex(answer), at: 2)
        }
        var random = SeededGenerator(seed: seed)
        return recording.transcript(answerToReset: try hex(answerToReset), fields: [], using: &random)
    }

    private func answers(_ transcript: CardTranscript) -> [String] {
        transcript.steps.compactMap { if case .answered(let bytes, _) = $0 { bytes.text } else { nil } }
    }

    private func commands(_ transcript: CardTranscript) -> [String] {
        transcript.steps.compactMap { if case .sent(let bytes, _) = $0 { bytes.text } else { nil } }
    }

    private static let file = "1111222233330006 0301 00061998081700000030 19980815 19981215 5566"
    private static let control = "6F2E8409A00000000386980701A5219F0C1E" + file

    @Test("a card number gets the same pseudonym everywhere, of the same form, and the rest of the file stays")
    func pseudonym() throws {
        let transcript = try transcript([
            ("00A4040009A00000000386980701", Self.control + "9000"), ("00B095001E", Self.file + "9000"),
        ])
        let answers = answers(transcript)
        let first = try PublicInformation(decoding: Array(hex(String(answers[0].dropLast(4))).suffix(30)))
        let second = try PublicInformation(decoding: hex(String(answers[1].dropLast(4))))
        let original = try PublicInformation(decoding: hex(Self.file))
        #expect(first == second)
        #expect(first.applicationSerial != original.applicationSerial)
        #expect(BinaryCodedDecimal.decode(first.applicationSerial.suffix(8)) != nil, "decimal digits stay decimal")
        #expect(first.issuer == original.issuer)
        #expect(first.validThrough == original.validThrough)
        #expect(!transcript.text().contains("98081700000030"))
    }

    @Test("two recordings of one card have different pseudonyms")
    func unlinkable() throws {
        let exchange = [("00B095001E", Self.file + "9000")]
        #expect(try transcript(exchange, seed: 1) != transcript(exchange, seed: 2))
    }

    @Test("an answer in parts is understood as a whole, and every part is masked")
    func parts() throws {
        let bytes = try hex(Self.control)
        let transcript = try transcript([
            ("00A4040009A00000000386980701", "6130"), ("00C0000030", Hex.encode(bytes.prefix(0x1E)) + "6112"),
            ("00C0000012", Hex.encode(bytes.dropFirst(0x1E)) + "9000"),
        ])
        let answers = answers(transcript)
        // The number begins in the first part and ends in the second.
        #expect(answers[1].count == 0x1E * 2 + 4)
        for part in ["000619980817", "00000030 1998".filter { $0 != " " }, "98081700"] {
            #expect(!transcript.text().contains(part), "\(answers)")
        }
    }

    @Test("a corrected length inside an answer in parts does not end it")
    func correctedLength() throws {
        let transcript = try transcript([
            ("00A4040009A00000000386980701", "6130"), ("00C0000010", "6C30"), ("00C0000030", Self.control + "9000"),
        ])
        let answers = answers(transcript)
        #expect(answers[2].hasPrefix("6F2E8409A00000000386980701A5219F0C1E111122223333000603010"))
        #expect(!answers[2].contains("*"))
        #expect(!answers[2].contains("98081700000030"))
    }

    @Test("the identifier is replaced wherever it stands, in both byte orders; its first byte stays")
    func identifier() throws {
        let transcript = try transcript(
            [("FFCA000000", "04A1B2C3D4E5F69000"), ("FFCA010000", "F6E5D4C3B2A1049000")],
            answerToReset: "3B870001 04A1B2C3D4E5F6")
        let answers = answers(transcript)
        #expect(answers[0].hasPrefix("04"))
        #expect(answers[0].count == 18)
        let forward = try hex(String(answers[0].dropLast(4)))
        #expect(answers[1].hasPrefix(Hex.encode(forward.reversed())))
        for text in ["A1B2C3", "C3B2A1"] { #expect(!transcript.text().contains(text)) }
    }

    @Test(
        "PINs and keys are hidden, their length stays",
        arguments: [
            ("0020000003123456", "0020000003******"), ("FF82000006A0A1A2A3A4A5", "FF82000006************"),
            ("80D4010005 3A F0EF0133", "80D4010005**********"), ("FFD6000404 01020304", "FFD6000404********"),
            ("908D00000401020304 00", "908D000004********00"), ("0020 0000 03 12", "00200000****"),
        ])
    func secrets(command: String, shown: String) throws {
        let transcript = try transcript([(command, "9000")])
        #expect(commands(transcript) == [shown])
    }

    @Test(
        "answers that are not known to be harmless are hidden",
        arguments: [
            // The cardholder's name and identity number.
            ("00B0960003", "4142439000", "******9000"),
            // A file that is not the public information, and one that is, cut short.
            ("00B097000 2".filter { $0 != " " }, "11229000", "****9000"), ("00B095001E", "11119000", "****9000"),
            ("FFB0000404", "010203049000", "********9000"), ("80FA000000", "11229000", "****9000"),
            ("90BD000000", "11229100", "****9100"), ("00A40000023F01", "6F0384019000", "********9000"),
            // An unknown tag; an error with data.
            ("00A40000023F01", "6F045A0212349000", "************9000"), ("805C000204", "000000016F00", "********6F00"),
        ])
    func unknown(command: String, answer: String, shown: String) throws {
        let transcript = try transcript([(command, answer)])
        #expect(answers(transcript) == [shown])
    }

    @Test(
        "what a replay needs stays",
        arguments: [
            ("805C000204", "000027109000"),
            ("80500102 0B 01 00000001 001122334455 0F", "0000200000000000000000584633C99000"),
            ("805401000F 00000000 20161216 134600 D45737C5 08", "8AF270DC66B54A6B9000"),
            ("00B201C417", "0001000000000020000600112233445520161216105800" + "9000"),
            ("00B2010C00", "61114F09A00000000386980701500450424F439000"), ("00A40000021001", "6A82"),
        ])
    func shown(command: String, answer: String) throws {
        let transcript = try transcript([(command, answer)])
        #expect(commands(transcript) == [Hex.encode(try hex(command))])
        #expect(answers(transcript) == [answer])
    }

    @Test("a DESFire card's version is shown with another identifier")
    func version() throws {
        let transcript = try transcript([
            ("9060000000", "04010101001A0591AF"), ("90AF000000", "04010102011A0591AF"),
            ("90AF000000", "04112233445566 BA00000000 1820 9100"),
        ])
        let answers = answers(transcript)
        #expect(answers[0] == "04010101001A0591AF")
        #expect(answers[2].hasPrefix("04"))
        #expect(answers[2].hasSuffix("BA0000000018209100"))
        #expect(!answers[2].contains("112233"))
    }

    @Test("bytes that are no command and no answer to reset are hidden")
    func garbage() throws {
        let transcript = try transcript([("00A4", "")], answerToReset: "55112233")
        #expect(commands(transcript) == ["00A4"])
        #expect(transcript.value("atr") == "5511****")
    }

    @Test("an answer longer than any card may send is kept to its start, so that the transcript can be read")
    func overlongAnswer() throws {
        let transcript = try transcript([("805C000204", String(repeating: "11", count: 400))])
        #expect(answers(transcript) == [String(repeating: "**", count: CardTranscript.byteMaximum - 2) + "1111"])
        #expect(try CardTranscript(text: transcript.text()) == transcript)
    }

    @Test("what goes beyond a recording's limit is counted")
    func limit() {
        var recording = CardRecording()
        for _ in 0..<(CardRecording.exchangeMaximum + 3) { recording.connected(at: 0) }
        var random = SeededGenerator(seed: 1)
        let transcript = recording.transcript(answerToReset: [], fields: [], using: &random)
        #expect(transcript.steps.count == CardRecording.exchangeMaximum)
        #expect(transcript.value("dropped") == "3")
    }

    /// The text of a recorded sale, and what came of it.
    private func sale(_ card: any VirtualCard, _ profile: CardProfile) throws -> (outcome: String, text: String) {
        let campus = try LabCampus()
        let recipe = TranscriptFixtures.Recipe(
            card: card, profiles: [profile], amount: 300, master: campus.masterPurchase)
        let transcript = try TranscriptFixtures.record(recipe, campus)
        return (transcript.value("outcome") ?? "", transcript.text())
    }

    @Test("the sale of a DESFire card shows neither its UID nor its number, however it communicates")
    func desfireSale() throws {
        for campus in try DESFireCampus.all() {
            let (outcome, text) = try sale(campus.card(), .desfire(campus.profile()))
            #expect(outcome == "purchased", "\(campus)")
            for secret in [campus.uid, campus.identity, Array(campus.identity.suffix(4)), campus.keyBytes] {
                #expect(!text.contains(Hex.encode(secret)), "\(campus)")
                #expect(!text.contains(Hex.encode(secret.reversed())), "\(campus)")
            }
        }
    }

    @Test("the sale of a MIFARE Classic card shows neither keys nor blocks nor its number")
    func mifareClassicSale() throws {
        let campus = try ClassicCampus()
        let (outcome, text) = try sale(campus.card(), .mifareClassic(campus.profile()))
        #expect(outcome == "purchased")
        let serial = Array(ClassicCampus.serial.suffix(4))
        for secret in [campus.identityKey, campus.purseKey, campus.identifier, serial] {
            #expect(!text.contains(Hex.encode(secret)))
            #expect(!text.contains(Hex.encode(secret.reversed())))
        }
    }
}
