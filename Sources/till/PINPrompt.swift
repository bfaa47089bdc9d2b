import Foundation

/// Asks for a PIN without showing it; reads it from standard input where that is no terminal.
enum PINPrompt {
    static func read() -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        var before = termios()
        if isTerminal {
            FileHandle.standardError.write(Data("PIN 密码: ".utf8))
            tcgetattr(STDIN_FILENO, &before)
            var silent = before
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSANOW, &silent)
        }
        defer {
            if isTerminal {
                tcsetattr(STDIN_FILENO, TCSANOW, &before)
                FileHandle.standardError.write(Data("\n".utf8))
            }
        }
        return readLine() ?? ""
    }
}
