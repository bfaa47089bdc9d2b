import Foundation
import FuzzTargets
import SmartCards
import Testing

/// The short form of `scripts/fuzz`: what is in the corpus, and seeded changes of it, must do no harm. A target that is
/// harmed ends the process.
@Suite("What reads bytes from outside survives all of them")
struct FuzzCorpusTests {
    private static let corpus = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzz/corpus")

    private func inputs(_ target: FuzzTarget) throws -> [[UInt8]] {
        let folder = Self.corpus.appendingPathComponent(target.rawValue)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            [UInt8](try Data(contentsOf: folder.appendingPathComponent($0)))
        }
    }

    @Test("every input of the corpus", arguments: FuzzTarget.allCases)
    func corpus(target: FuzzTarget) throws {
        let inputs = try inputs(target)
        #expect(!inputs.isEmpty)
        for input in inputs { target.run(input) }
        target.run([])
    }

    @Test("a thousand changed and drawn inputs", arguments: FuzzTarget.allCases)
    func changed(target: FuzzTarget) throws {
        let inputs = try inputs(target)
        var random = SeededGenerator(seed: 20_260_901)
        for round in 0..<1000 {
            var input = round % 4 == 0 ? [] : try #require(inputs.randomElement(using: &random))
            if round % 4 == 0 {
                let count = Int.random(in: 0..<200, using: &random)
                input = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            }
            for _ in 0..<Int.random(in: 1...4, using: &random) { change(&input, &random) }
            target.run(input)
        }
    }

    @Test("the evidence of the corpus is evidence: its fuzzer starts behind the first check")
    func evidence() throws {
        let inputs = try inputs(.evidence)
        let kinds = Set(inputs.filter { CardTransactionEvidence(canonicalBytes: $0) != nil }.map { $0[0] })
        #expect(kinds == [1, 2, 3, 4, 5])
        #expect(inputs.contains { LoadRequest(canonicalBytes: $0) != nil })
    }

    /// One byte changed, inserted or taken away, or the end cut off.
    private func change(_ input: inout [UInt8], _ random: inout SeededGenerator) {
        let byte = UInt8.random(in: .min ... .max, using: &random)
        guard !input.isEmpty else { return input.append(byte) }
        let place = Int.random(in: input.indices, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0..<4: input[place] = byte
        case 4: input.insert(byte, at: place)
        case 5: input.remove(at: place)
        case 6: input[place] ^= 1 << (byte & 7)
        default: input.removeSubrange(place...)
        }
    }
}
