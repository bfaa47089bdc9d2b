import ArgumentParser
import Foundation
import Simulation

struct ScannerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scanner",
        abstract: "Plays a serial code scanner on a pseudo-terminal.",
        discussion: """
            Each line of standard input is one scan. A line that begins with @ names an image: it is decoded with \
            zbarimg, as a scanner would, and what it says is sent.
            """)

    @Option(help: "Where the scanner's device appears (a link to the pseudo-terminal).")
    var device: String

    @Option(help: "What the scanner sends after a code: cr, lf or crlf.")
    var suffix = "cr"

    private static let suffixes = ["cr": "\r", "lf": "\n", "crlf": "\r\n"]

    func validate() throws {
        if Self.suffixes[suffix] == nil { throw ValidationError("--suffix must be cr, lf or crlf") }
    }

    func run() async throws {
        let scanner = try PseudoTerminalScanner(path: device)
        defer { scanner.unplug() }
        FileHandle.standardError.write(Data("scanner at \(device); one scan a line, @FILE for an image\n".utf8))
        while let line = readLine() {
            do {
                let text =
                    line.hasPrefix("@") ? try await CodeImageDecoder().decode(imageAt: String(line.dropFirst())) : line
                try await scanner.scan(text, suffix: Self.suffixes[suffix] ?? "\r")
            } catch {
                FileHandle.standardError.write(Data("\(error)\n".utf8))
            }
        }
    }
}
