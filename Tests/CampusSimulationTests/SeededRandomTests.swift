import CampusSimulation
import Testing

@Suite("Seeded random numbers") struct SeededRandomTests {
    @Test("SplitMix64 gives the published numbers")
    func published() {
        // The reference implementation's first numbers for the state 1234567.
        var random = SeededRandom(seed: 1_234_567)
        let numbers = (0..<4).map { _ in random.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
            ])
    }

    @Test("streams of one seed differ by purpose, and are the same every time")
    func purposes() {
        var sales = SeededRandom(seed: 5, purpose: "sales")
        var again = SeededRandom(seed: 5, purpose: "sales")
        var faults = SeededRandom(seed: 5, purpose: "faults")
        let first = sales.next()
        #expect(first == again.next())
        #expect(first != faults.next())
    }

    @Test("numbers stay in their range and reach both ends")
    func range() {
        var random = SeededRandom(seed: 9)
        let drawn = Set((0..<500).map { _ in random.number(in: -2...2) })
        #expect(drawn == [-2, -1, 0, 1, 2])
    }
}
