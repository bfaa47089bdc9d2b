import ArgumentParser
import Foundation
import Lab

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Plays the main job on real parts: taps, payment codes, a lost hub, a lost card, a killed daemon.",
        discussion: """
            Stays up afterwards when a person is at the terminal. Exit status 0 when every step came out as it must, \
            1 with the name of the step that did not.
            """)

    @Option(help: "The state folder; everything is kept there and nowhere else.")
    var state = ".demo"

    @Flag(help: "End after the last step, also when a person is at the terminal.")
    var once = false

    func run() async throws {
        let programs = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        let staysUp = !once && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        do {
            try await Demo.play(folder: state, programs: programs) { campus in
                if staysUp { await (try DemoConsole(campus: campus)).run() }
            }
        } catch {
            FileHandle.standardError.write(Data("till-lab demo: \(error)\n".utf8))
            throw ExitCode(1)
        }
    }
}
