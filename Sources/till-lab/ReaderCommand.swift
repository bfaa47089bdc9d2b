import ArgumentParser
import Devices
import Foundation
import Lab
import SmartCards
import Terminal

/// The counterpart of Benchmarks/floor-pcsc.c: the same rounds with the same card, through the reader stack of `tilld`.
struct ReaderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reader", abstract: "Times exchanges with a card for the benchmarks.", shouldDisplay: false)

    @Argument(help: "The PC/SC name of the reader.")
    var reader: String

    @Argument(help: "The file with the commands, one a line, in hexadecimal digits.")
    var commands: String

    @Argument(help: "How often the card is connected, sent the commands, and disconnected.")
    var rounds: Int

    @Argument(help: "Rounds before them that do not count.")
    var warmUp: Int

    func validate() throws {
        guard (1...1_000_000).contains(rounds), (0...1_000_000).contains(warmUp) else {
            throw ValidationError("ROUNDS and WARM-UP must be whole numbers up to 1000000")
        }
    }

    func run() async throws {
        let monitor = PCSCReaderMonitor()
        let reader = PCSCCardReader(name: "bench", matching: .named(ReaderNamePattern(reader)), monitor: monitor)
        let commands = try BenchCommands.read(commands)
        try await waitForCard(reader)
        let times = try await CardRounds(reader: reader, commands: commands).run(rounds: rounds, warmUp: warmUp)
        await reader.close()
        await monitor.close()
        LabOutput.line(String(decoding: try JSONEncoder().encode(times), as: UTF8.self))
    }

    private func waitForCard(_ reader: PCSCCardReader) async throws {
        for await event in reader.events {
            if case .inserted = event { return }
        }
        throw LabError("the reader was closed before a card came")
    }
}
