import Payments

/// A random stream that is the same on every machine: SplitMix64 (Steele, Lea and Flood 2014). Streams with different
/// purposes are independent of each other, so that leaving one kind of event out does not change the others.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A stream for one purpose under a run's seed. The name is hashed by FNV-1a (64 bits).
    package init(seed: UInt64, purpose: String) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        state = seed &* 0x9E37_79B9_7F4A_7C15 ^ hash
        _ = next()
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A whole number in `range`, written out here because the standard library's method may change between versions.
    package mutating func number(in range: ClosedRange<Int>) -> Int {
        let width = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int(next() % width)
    }

    /// True in `percent` of 100 cases.
    package mutating func chance(_ percent: Int) -> Bool { number(in: 0...99) < percent }

    /// A duration in `range` of milliseconds.
    package mutating func milliseconds(in range: ClosedRange<Int>) -> Duration { .milliseconds(number(in: range)) }

    /// One of `choices`, which is not empty.
    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        invariant(!choices.isEmpty, "there is something to choose")
        return choices[number(in: 0...choices.count - 1)]
    }
}
