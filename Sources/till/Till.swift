import ArgumentParser
import ControlClient
import ControlProtocol
import Payments

#if canImport(FoundationEssentials)
import FoundationEssentials
#endif

/// The operator's command line.
@main
struct Till: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "till",
        abstract: "Operates a CampusTill terminal: sell, look, check, sync.",
        discussion: """
            till talks to the daemon tilld over its Unix socket.

            EXAMPLES
              till status
              till sale --lane lane-1 --amount 12.50
              till refund 0000000000011A2B3C4D000000000042 --amount 3.50
              till void --lane lane-1
              till journal list
              till journal verify
              till sync
              till card probe
              till card readers
              till secure-module reset --wrong-mac2
              till policy explain --class staff

            EXIT STATUS
              0   done; for a sale: approved
              1   for a sale: declined, cancelled or expired; for verify: the journal is not sound;
                  for sync: terminal and hub are not level; for card: no card came, or no profile takes it
              64  wrong usage
              65  the daemon refused the request
              69  the daemon cannot be reached
              70  something broke; no money moved
              73  a file exists already or cannot be created
              74  a file cannot be written
            """,
        subcommands: [
            StatusCommand.self, SaleCommand.self, LoadCommand.self, RefundCommand.self, VoidCommand.self,
            JournalCommand.self, SyncCommand.self,
            CardCommand.self, SecureModuleCommand.self,
            PolicyCommand.self,
        ])
}

/// Options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's control socket (default: $TILL_SOCKET, else /run/campus-till/tilld.sock).",
            valueName: "path"))
    var socket: String?

    @Flag(help: "Print JSON, one object, and nothing else.")
    var json = false

    var client: ControlClient {
        ControlClient(
            socketPath: socket ?? ProcessInfo.processInfo.environment["TILL_SOCKET"]
                ?? "/run/campus-till/tilld.sock")
    }

    /// Runs `body` and turns what the control interface refuses into a message and an exit status.
    func run(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ControlClientError {
            switch error {
            case .unavailable(let path):
                printError("till: the daemon is not running, or you may not use its socket (\(path))")
                throw ExitCode(69)
            case .refused(let problem):
                printError("till: \(problem.code): \(problem.message)")
                throw ExitCode(65)
            case .answerMalformed:
                printError("till: the daemon's answer cannot be understood; are till and tilld of the same version?")
                throw ExitCode(70)
            }
        }
    }

    /// Prints `value` as JSON with stable key order.
    func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
