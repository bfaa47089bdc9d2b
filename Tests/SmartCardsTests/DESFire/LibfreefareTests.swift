import Foundation
import Payments
import Simulation
import SmartCards
import Testing

/// The parts of DESFire EV1 that a program of other authorship can check: libfreefare as the terminal against our card,
/// and its CMAC against our key diversification. Our terminal is then held against that same card.
@Suite("DESFire against libfreefare", .enabled(if: LibfreefarePeer.isInstalled, LibfreefarePeer.missing))
struct LibfreefareTests {
    @Test("libfreefare pays from the simulated card in all three modes", arguments: [0, 1, 3] as [UInt8])
    func purchase(mode: UInt8) async throws {
        let campus = try DESFireCampus(.ev1, .ev1, communication: mode)
        let key = Hex.encode(campus.keyBytes)
        let card = campus.card()
        let (after, lines, frames) = try await onThread {
            try withTemporaryFolder { folder in
                var card = card
                card.powerOn()
                let peer = try LibfreefarePeer(
                    program: try LibfreefarePeer.build(in: folder), ["purchase", "\(mode)", key])
                var lines: [String] = []
                var frames = 0
                while let line = peer.line() {
                    guard line.hasPrefix("> ") else {
                        lines.append(line)
                        continue
                    }
                    frames += 1
                    let command = try #require(Hex.decode(line.dropFirst(2)))
                    try peer.write(Hex.encode(card.transmit(command)))
                }
                #expect(peer.waitUntilExit() == 0)
                return (card, lines, frames)
            }
        }
        let record = (0..<16).map { UInt8(0xA0 + $0) }
        let records = campus.olderRecords.suffix(6).flatMap { $0 } + record
        #expect(
            lines == [
                "uid \(Hex.encode(campus.uid).lowercased())", "identity \(Hex.encode(campus.identity))", "value 1000",
                "uncommitted 1000", "committed 700", "records \(Hex.encode(records))", "done",
            ])
        #expect(campus.value(of: after) == 700)
        #expect(frames > 12)
    }

    @Test("libfreefare with a wrong key is turned away")
    func wrongKey() async throws {
        let campus = try DESFireCampus(.ev1, .ev1, communication: 3)
        let card = campus.card()
        let lines = try await onThread {
            try withTemporaryFolder { folder in
                var card = card
                let peer = try LibfreefarePeer(
                    program: try LibfreefarePeer.build(in: folder),
                    ["purchase", "3", "00000000000000000000000000000001"])
                var lines: [String] = []
                while let line = peer.line() {
                    guard line.hasPrefix("> ") else {
                        lines.append(line)
                        continue
                    }
                    let command = try #require(Hex.decode(line.dropFirst(2)))
                    try peer.write(Hex.encode(card.transmit(command)))
                }
                return lines
            }
        }
        #expect(lines == ["! authenticate"])
    }

    @Test("AN10922: 1,000 random keys of each kind come out as libfreefare's CMAC says")
    func diversification() async throws {
        var generator = SeededGenerator(seed: 10_922)
        func draw(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        }
        var questions: [String] = []
        var ours: [(AESKey, DESKey, ThreeKeyDESKey)] = []
        for _ in 0..<1_000 {
            // libfreefare 0.4 pads to one block at least, AN10922 to two: only longer inputs can be compared.
            let (aes, long) = (draw(16), draw(Int.random(in: 16...31, using: &generator)))
            let (double, triple) = (draw(16), draw(24))
            let short = draw(Int.random(in: 8...15, using: &generator))
            questions.append("\(Hex.encode(aes)) 01\(Hex.encode(long))")
            questions += ["21", "22"].map { "A0\(Hex.encode(double)) \($0)\(Hex.encode(short))" }
            questions += ["31", "32", "33"].map { "B0\(Hex.encode(triple)) \($0)\(Hex.encode(short))" }
            ours.append(
                (
                    try #require(AESKey(aes)).diversified(by: long),
                    try #require(DESKey(double)).diversifiedAN10922(by: short),
                    try #require(ThreeKeyDESKey(triple)).diversifiedAN10922(by: short)
                ))
        }
        let asked = questions
        let codes = try await onThread {
            try withTemporaryFolder { folder in
                let peer = try LibfreefarePeer(program: try LibfreefarePeer.build(in: folder), ["codes"])
                var codes: [[UInt8]] = []
                for question in asked {
                    try peer.write(question)
                    let line = try #require(peer.line())
                    codes.append(try #require(Hex.decode(line.dropFirst(5))))
                }
                try peer.closeInput()
                return codes
            }
        }
        try #require(codes.count == 6_000)
        for (index, keys) in ours.enumerated() {
            let theirs = codes[index * 6..<index * 6 + 6].map { $0 }
            #expect(keys.0 == AESKey(theirs[0]))
            #expect(encryptAlike(keys.1, try #require(DESKey(theirs[1] + theirs[2]))))
            #expect(
                encryptAlike(keys.2, try #require(ThreeKeyDESKey(theirs[3] + theirs[4] + theirs[5]))))
        }
    }
}
