import Payments
import Simulation
import SmartCards
import Testing

/// The card on raw frames, without the terminal's session code where that is possible.
@Suite("The simulated DESFire card")
struct SimulatedDESFireCardTests {
    /// A card whose files are open to everybody, so that plain frames reach them.
    private func openCard(_ generation: DESFireCardMemory.Generation = .ev1) throws -> SimulatedDESFireCard {
        let campus = try DESFireCampus(generation, .ev1, communication: 0x00)
        var memory = campus.memory()
        for number in memory.files.keys {
            memory.files[number]?.readKey = 14
            memory.files[number]?.writeKey = 14
            memory.files[number]?.readWriteKey = 14
        }
        return campus.card(memory)
    }

    private func send(_ card: inout SimulatedDESFireCard, _ frames: [String]) throws -> [String] {
        try frames.map { Hex.encode(card.transmit(try hex($0))) }
    }

    @Test("nothing takes effect before the commit, and selecting again takes it back")
    func backup() throws {
        var card = try openCard()
        let debit = "90DC000005022C01000000"
        #expect(
            try send(&card, ["905A0000033042F500", debit, "906C0000010200", "905A0000033042F500", "90C7000000"])
                == ["9100", "9100", "E80300009100", "9100", "910C"])
        #expect(
            try send(&card, ["905A0000033042F500", debit, "90C7000000", "906C0000010200"])
                == ["9100", "9100", "9100", "BC0200009100"])
        #expect(try send(&card, [debit, "90A7000000", "90C7000000"]) == ["9100", "9100", "910C"])
        _ = try send(&card, ["905A0000033042F500", debit])
        card.powerOn()
        #expect(
            try send(&card, ["905A0000033042F500", "906C0000010200"]) == ["9100", "BC0200009100"])
    }

    @Test("an error takes the whole transaction back")
    func errors() throws {
        var card = try openCard()
        #expect(
            try send(
                &card,
                [
                    "905A0000033042F500", "90DC000005022C01000000", "90DC00000502FFFFFF7F00", "90C7000000",
                    "906C0000010200",
                ]) == ["9100", "9100", "91BE", "910C", "E80300009100"])
    }

    @Test("limits, lengths, files and applications are checked")
    func refusals() throws {
        var card = try openCard()
        let frames: [(String, String)] = [
            ("906C0000010200", "911C"), ("905A00000301020300", "91A0"), ("905A0000020102 00", "917E"),
            ("905A0000033042F500", "9100"), ("906C0000010900", "91F0"), ("906C0000010100", "919E"),
            ("90BD0000070100000040000000", "91BE"), ("900C0000050200FFFF7F00", "91BE"), ("9071000002010000", "911C"),
            ("90AD0000070100000004000000", "911C"), ("90AF000000", "911C"), ("9099000000", "911C"),
            ("90AA0000010900", "9140"), ("9051000000", "91AE"), ("9060000001", "917E"), ("80CA000000", "6E00"),
            ("9060", "6700"),
        ]
        for (frame, answer) in frames {
            #expect(try send(&card, [frame]) == [answer.replacing(" ", with: "")], "\(frame)")
        }
    }

    @Test("a key without the right gets 9D, no session AE")
    func rights() throws {
        let campus = try DESFireCampus(.ev1, .ev1, communication: 0x03)
        var card = campus.card()
        #expect(try send(&card, ["905A0000033042F500", "906C0000010200"]) == ["9100", "91AE"])
        let profile = campus.profile(source: .fixed(campus.uidKey))
        let wrong = DESFireProfile(
            name: "wrong", application: campus.application,
            key: DESFireProfile.Key(number: 2, source: .fixed(campus.uidKey)), messaging: .exactly(.ev1),
            identity: profile.identity)
        var tap = DESFireTap(card)
        #expect(try tap.run(campus.machine(0, wrong)) == .failed(.cardFault(.permissionDenied, .readIdentity)))
    }

    @Test("records go round, and one place is the card's own")
    func cyclic() throws {
        var card = try openCard()
        let write = { (byte: String) in
            "903B000017 03 000000 100000 \(String(repeating: byte, count: 16)) 00".replacing(" ", with: "")
        }
        _ = try send(&card, ["905A0000033042F500", write("AA"), "90C7000000", write("BB"), "90C7000000"])
        let read = try send(&card, ["90BB0000070300000002000000", "90F50000010300"])
        #expect(read[0] == String(repeating: "AA", count: 16) + String(repeating: "BB", count: 16) + "9100")
        #expect(read[1] == "0400EE0E1000000800000700009100" || read[1].hasSuffix("0800000700009100"))
    }

    @Test("long answers come in frames, long commands go out in frames")
    func frames() throws {
        var card = try openCard()
        var answers = try send(&card, ["905A0000033042F500", "90BB0000070300000000000000"])
        #expect(answers[1].count == 2 * 61 && answers[1].hasSuffix("91AF"))
        answers = try send(&card, ["90AF000000"])
        #expect(answers[0].count == 2 * (6 * 16 - 59 + 2) && answers[0].hasSuffix("9100"))
        #expect(
            try send(&card, ["903B000008 03000000100000 AA 00", "90AF00000F \(String(repeating: "AA", count: 15)) 00"])
                == ["91AF", "9100"])
    }

    @Test("a card that hides its UID shows another one each time, and zeros in its version")
    func hiddenUID() throws {
        var memory = try DESFireCampus(.ev3, .ev2, communication: 0x03).memory()
        memory.hidesUID = true
        var card = SimulatedDESFireCard(memory: memory, random: SeededGenerator(seed: 3))
        let identifiers = try send(&card, ["FFCA000000", "FFCA000000"])
        #expect(identifiers[0] != identifiers[1] && identifiers.allSatisfy { $0.hasPrefix("08") && $0.count == 12 })
        let version = try send(&card, ["9060000000", "90AF000000", "90AF000000"])
        #expect(version[0] == "0401013300180591AF")
        #expect(version[2].hasPrefix("00000000000000"))
    }

    @Test("random commands get an answer and move no money", arguments: 1...20 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        for generation in DESFireCardMemory.Generation.allCases {
            let campus = try DESFireCampus(generation, .ev1, communication: 0x03)
            var generator = SeededGenerator(seed: seed)
            var card = campus.card()
            let known: [UInt8] = [
                0x5A, 0x60, 0xAA, 0x71, 0x77, 0xAF, 0x51, 0xF5, 0xBD, 0xAD, 0xBB, 0x6C, 0xDC, 0x3B, 0xC7,
            ]
            for _ in 0..<300 {
                let count = Int.random(in: 0...40, using: &generator)
                let body = (0..<count).map { _ in UInt8.random(in: 0...3, using: &generator) }
                let instruction = known.randomElement(using: &generator) ?? 0
                let command = DESFireExchange.wrapped(
                    instruction, instruction == 0x5A ? campus.application.bytes : body)
                #expect(card.transmit(command.bytes).count >= 2)
            }
            #expect(campus.value(of: card) == 1_000)
        }
    }
}
