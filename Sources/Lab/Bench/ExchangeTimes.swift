/// How long each call of rounds with a card took: connect, the commands in order, disconnect.
///
/// `Benchmarks/floor-pcsc.c` prints it for the bare calls and `till-lab reader` for our stack, as JSON.
package struct ExchangeTimes: Sendable, Codable {
    /// What the card answered to each command in the last round, hexadecimal digits.
    package var statusWords: [String]
    /// One each round, nanoseconds.
    package var connecting: [Int64]
    /// One each round, nanoseconds, in an array for each command.
    package var exchanges: [[Int64]]
    /// One each round, nanoseconds.
    package var disconnecting: [Int64]
    /// Whole rounds, nanoseconds.
    package var sequences: [Int64]

    /// No rounds yet, of `commands` commands each.
    package init(commands: Int) {
        statusWords = Array(repeating: "", count: commands)
        exchanges = Array(repeating: [], count: commands)
        connecting = []
        disconnecting = []
        sequences = []
    }

    /// Counts the rounds of another run of the same commands.
    mutating func add(_ other: ExchangeTimes) throws {
        guard other.exchanges.count == exchanges.count else {
            throw LabError("\(other.exchanges.count) commands were sent instead of \(exchanges.count)")
        }
        statusWords = other.statusWords
        connecting += other.connecting
        disconnecting += other.disconnecting
        sequences += other.sequences
        for (index, samples) in other.exchanges.enumerated() { exchanges[index] += samples }
    }

    /// From the connect to the last answer, round by round.
    var readings: Samples {
        var samples = Samples()
        samples.add(
            nanoseconds: connecting.indices.map { round in
                exchanges.reduce(connecting[round]) { $0 + $1[round] }
            })
        return samples
    }
}
