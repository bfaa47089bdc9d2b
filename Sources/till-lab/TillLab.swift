import ArgumentParser

/// Simulated cards and scanners on the real interfaces, and the demonstration. Never shipped to a terminal.
@main
struct TillLab: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "till-lab",
        abstract: "Plays cards and scanners on the real interfaces; runs the demonstration and the benchmarks.",
        discussion: """
            For laboratories only. Its keys protect nothing, and it must not be installed on a terminal.

            EXAMPLES
              till-lab demo --state .demo
              till-lab card create card.json --serial 00061998081700000030
              till-lab card tap card.json --key master-key --hold 2
              till-lab scanner --device /tmp/scanner
              till-lab simulate --seed 7 --terminals 3 --days 2
            """,
        subcommands: [
            CardCommand.self, SecureModuleCommand.self, ScannerCommand.self, DemoCommand.self, BenchCommand.self,
            ReaderCommand.self, SimulateCommand.self,
        ])
}
