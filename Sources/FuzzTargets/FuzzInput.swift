/// The bytes of one fuzzing run, taken from the front. Past the end there are zeros, so that every prefix is an input.
struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// Up to `count` bytes: what is left, when that is less.
    mutating func bytes(_ count: Int) -> [UInt8] {
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return Array(taken)
    }

    /// A length byte and as many bytes; the length 255 stands for 300, longer than any answer may be.
    mutating func chunk() -> [UInt8] {
        let count = byte()
        return bytes(count == 255 ? 300 : Int(count))
    }

    /// Everything that is left.
    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
