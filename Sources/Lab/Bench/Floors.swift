import Foundation

/// The C programs of `Benchmarks/`, built by `scripts/bench`.
package struct Floors: Sendable {
    /// Longest time for one call; a slow SD card syncs about 20 times a second.
    private static let patience = Duration.seconds(300)

    private let folder: String

    /// - Parameter folder: where the programs are.
    package init(folder: String) throws {
        self.folder = URL(fileURLWithPath: folder).standardizedFileURL.path
        for name in ["floor-sync", "floor-sqlite", "floor-qrencode", "floor-pcsc"]
        where !FileManager.default.isExecutableFile(atPath: "\(self.folder)/\(name)") {
            throw LabError("\(self.folder)/\(name) is missing: run scripts/bench, which builds it")
        }
    }

    /// What a floor program measured.
    struct Measurement: Decodable {
        var elapsedNanoseconds: Int64
        var nanoseconds: [Int64]

        var samples: Samples {
            var samples = Samples()
            samples.add(nanoseconds: nanoseconds)
            return samples
        }
    }

    /// Writes `count` frames of a log, from number `first` on, with `fdatasync` after each.
    func sync(
        _ file: String, count: Int, first: Int = 0, pause: Duration = .zero
    ) async throws -> Samples {
        let microseconds = pause.components.attoseconds / 1_000_000_000_000
        return try await run("floor-sync", [file, "\(count)", "\(first)", "\(microseconds)"]).samples
    }

    /// Writes debits into a journal that the ledger made and closed.
    ///
    /// - Parameter reads: whether it also reads what a decision needs.
    func debits(
        _ journal: String, reads: Bool, count: Int, batch: Int, warmUp: Int, accounts: Int
    ) async throws -> Measurement {
        try await run(
            "floor-sqlite",
            (reads ? ["--reads"] : []) + [journal, "\(count)", "\(batch)", "\(warmUp)", "\(accounts)"])
    }

    /// Encodes the text in `file` as a symbol.
    func symbol(_ file: String, count: Int) async throws -> Samples {
        try await run("floor-qrencode", [file, "\(count)"]).samples
    }

    /// Who speaks to the card.
    enum CardProgram {
        /// `floor-pcsc`.
        case bareCalls
        /// `till-lab reader` in the folder of the built programs.
        case stack(programs: String)
    }

    /// Rounds of the commands in the file `commands` with the card in `reader`, in a process of their own.
    ///
    /// - Parameters:
    ///   - warmUp: rounds before them that do not count.
    ///   - environment: how the process finds its pcscd.
    func exchanges(
        through program: CardProgram, reader: String, commands: String, rounds: Int, warmUp: Int,
        environment: [String: String]
    ) async throws -> ExchangeTimes {
        let arguments = [reader, commands, "\(rounds)", "\(warmUp)"]
        let text =
            switch program {
            case .bareCalls: try await output("floor-pcsc", arguments, environment)
            case .stack(let programs):
                try await Self.output("\(programs)/till-lab", ["reader"] + arguments, environment)
            }
        return try JSONDecoder().decode(ExchangeTimes.self, from: Data(text.utf8))
    }

    func sqliteVersion() async throws -> String {
        try await output("floor-sqlite", ["--version"]).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func run(_ name: String, _ arguments: [String]) async throws -> Measurement {
        try JSONDecoder().decode(Measurement.self, from: Data(try await output(name, arguments).utf8))
    }

    private func output(
        _ name: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws -> String {
        try await Self.output("\(folder)/\(name)", arguments, environment)
    }

    private static func output(
        _ program: String, _ arguments: [String], _ environment: [String: String]
    ) async throws -> String {
        let result = try await LabCommand.run(program, arguments, environment: environment, within: patience)
        guard result.status == 0 else { throw LabError("\(program): \(result.error)") }
        return result.output
    }
}
