import ArgumentParser
import Logging
import Payments
import ServiceHost
import TerminalDaemon

/// The terminal daemon.
@main
struct Tilld: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tilld",
        abstract: "The CampusTill terminal daemon: readers, scanners, journal, sync.",
        discussion: """
            Runs in the foreground, logs to standard error and tells systemd when it is ready.

            EXIT STATUS
              0   stopped in order (SIGTERM or SIGINT)
              64  wrong usage
              70  something that the daemon needs is missing or broken; the log says what
              78  the configuration is wrong; each problem is named with file, line and key
            """,
        version: TerminalVersion.text, subcommands: [Run.self, Enrol.self], defaultSubcommand: Run.self)
}

/// Runs the daemon; what "tilld" does without another word.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the daemon (the default).")

    @Option(name: .shortAndLong, help: "The configuration file.")
    var config = "/etc/campus-till/tilld.yaml"

    @Flag(help: "Check the configuration and end.")
    var checkConfig = false

    func run() async throws {
        let daemonConfiguration: DaemonConfiguration
        do throws(ConfigurationError) {
            daemonConfiguration = try DaemonConfiguration(path: config)
        } catch {
            writeToStandardError("tilld: E\(error.number): \(error.message)")
            throw ExitCode(78)
        }
        if checkConfig {
            print("\(config): the configuration is correct")
            return
        }
        ServiceLog.bootstrap(level: Logger.Level(rawValue: daemonConfiguration.logLevel) ?? .info)
        let logger = Logger(label: "tilld")
        do {
            try await TerminalDaemon(configuration: daemonConfiguration, logger: logger).run()
        } catch let error as any StableError {
            logger.critical("\(error)")
            throw ExitCode(error is ConfigurationError ? 78 : 70)
        }
    }
}
