import ArgumentParser
import Certificates
import Payments
import ServiceHost
import TerminalDaemon

/// Gets the terminal its certificate.
struct Enrol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Enrol this terminal at its hub with a one-time code.",
        discussion: """
            The operator of the hub makes the code: till-hub terminal enrol NUMBER. The key is made here and never \
            leaves this machine. A running daemon takes the certificate over by itself.

            EXAMPLE
              tilld enrol
              tilld enrol --code 7H2KX-...
            """)

    @Option(name: .shortAndLong, help: "The configuration file.")
    var config = "/etc/campus-till/tilld.yaml"

    @Option(help: "The code. Without it, it is read from standard input, where nobody else on this machine sees it.")
    var code: String?

    func run() async throws {
        do {
            let configuration = try DaemonConfiguration(path: config)
            if code == nil { writeToStandardError("enrolment code:") }
            let code = try EnrolmentCode(text: self.code ?? readLine() ?? "")
            let certificate = try await TerminalEnrolment(configuration: configuration).enrol(code)
            print("terminal \(certificate.terminal) is enrolled until \(CalendarTime(certificate.expires).utcText)")
        } catch let error as ConfigurationError {
            writeToStandardError("tilld: E\(error.number): \(error.message)")
            throw ExitCode(78)
        } catch let error as any StableError {
            writeToStandardError("tilld: \(error)")
            throw ExitCode(70)
        }
    }
}
