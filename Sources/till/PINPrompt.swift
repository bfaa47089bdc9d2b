import ArgumentParser
import Foundation

/// Where `till` gets a PIN from: never from an argument, which everybody on the machine could read.
struct PINOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take the PIN from the first line of a file instead of asking for it.", valueName: "path"))
    var pinFile: String?

    /// The PIN; `nil` when there is none to be had, because nobody sits at a terminal and standard input has ended.
    ///
    /// - Parameter question: what the person is asked.
    func read(_ question: String) throws -> String? {
        guard let pinFile else { return PINPrompt.read(question) }
        let text: String
        do {
            text = try String(contentsOfFile: pinFile, encoding: .utf8)
        } catch {
            throw ValidationError("--pin-file: \(pinFile) cannot be read")
        }
        return text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init)
    }
}

/// Asks for a PIN without showing it; reads it from standard input where that is no terminal.
enum PINPrompt {
    /// - Returns: one line; `nil` at the end of the input.
    static func read(_ question: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return readLine() }
        FileHandle.standardError.write(Data("\(question): ".utf8))
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        // Interrupted or ended from outside, the terminal must not stay silent.
        let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                var shown = before
                tcsetattr(STDIN_FILENO, TCSANOW, &shown)
                signal(number, SIG_DFL)
                kill(getpid(), number)
            }
            source.resume()
            return (number, source)
        }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            for (number, source) in watched {
                source.cancel()
                signal(number, SIG_DFL)
            }
            FileHandle.standardError.write(Data("\n".utf8))
        }
        return readLine()
    }
}
