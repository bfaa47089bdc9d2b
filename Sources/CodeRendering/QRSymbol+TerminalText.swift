/// Colours of the terminal that shows a symbol.
package enum TerminalTheme: Sendable, Hashable, CaseIterable {
    /// Light letters on a dark ground: what is printed appears light.
    case dark
    /// Dark letters on a light ground: what is printed appears dark.
    case light
}

extension QRSymbol {
    /// The symbol in half blocks, two rows of modules per line, one line end after each line.
    ///
    /// Scanners want dark modules on a light ground, so what is printed depends on the terminal's colours. The height
    /// is odd: the lower half of the last line lies outside the symbol and is left unprinted.
    package func terminalText(theme: TerminalTheme) -> String {
        var text = ""
        for row in stride(from: 0, to: side, by: 2) {
            for column in 0..<side {
                let upper = isPrinted(row: row, column: column, theme: theme)
                let lower = row + 1 < side && isPrinted(row: row + 1, column: column, theme: theme)
                text += block(upper: upper, lower: lower)
            }
            text += "\n"
        }
        return text
    }

    private func block(upper: Bool, lower: Bool) -> String {
        switch (upper, lower) {
        case (true, true): "█"
        case (true, false): "▀"
        case (false, true): "▄"
        case (false, false): " "
        }
    }

    private func isPrinted(row: Int, column: Int, theme: TerminalTheme) -> Bool {
        isDark(row: row, column: column) == (theme == .light)
    }
}
