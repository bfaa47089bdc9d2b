import Devices
import Lab
import Payments
import Terminal

/// Speaks to the card from the shared pool of threads, as a lane does.
actor CardRounds {
    private let reader: PCSCCardReader
    private let commands: [[UInt8]]
    private let clock = ContinuousClock()

    init(reader: PCSCCardReader, commands: [[UInt8]]) {
        self.reader = reader
        self.commands = commands
    }

    /// Connects, sends the commands and disconnects, `rounds` times after `warmUp` times that do not count.
    func run(rounds: Int, warmUp: Int) async throws -> ExchangeTimes {
        var warmingUp = ExchangeTimes(commands: commands.count)
        for _ in 0..<warmUp { try await round(&warmingUp) }
        var times = ExchangeTimes(commands: commands.count)
        for _ in 0..<rounds { try await round(&times) }
        return times
    }

    private func round(_ times: inout ExchangeTimes) async throws {
        let start = clock.now
        try await reader.connect()
        times.connecting.append((clock.now - start).nanoseconds)
        for (index, command) in commands.enumerated() {
            let sent = clock.now
            let answer = try await reader.transmit(command)
            times.exchanges[index].append((clock.now - sent).nanoseconds)
            times.statusWords[index] = Hex.encode(answer.suffix(2))
        }
        let end = clock.now
        await reader.disconnect(.leave)
        times.disconnecting.append((clock.now - end).nanoseconds)
        times.sequences.append((clock.now - start).nanoseconds)
    }
}
