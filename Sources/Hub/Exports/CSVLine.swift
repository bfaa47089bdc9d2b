import Payments

/// Lines of comma-separated values (RFC 4180): CRLF, quotes where they are needed, quotes in a cell doubled.
///
/// A spreadsheet takes a text that begins like a formula for one, and runs it. Such a text gets an apostrophe in front;
/// amounts and numbers of ours are none, and stay numbers.
package enum CSVLine {
    /// What stands between two commas.
    package enum Cell: Sendable, Hashable {
        /// Text from anywhere.
        case text(String)
        /// Digits of our own making, perhaps with a sign and a point.
        case number(String)

        package static func amount(_ fen: Int64?) -> Cell { .number(fen.map { Amount(fen: $0).yuanText } ?? "") }
        package static func integer(_ number: Int64?) -> Cell { .number(number.map { String($0) } ?? "") }
    }

    /// Marks UTF-8 for spreadsheets that would take the file for GB 18030.
    package static let byteOrderMark = "\u{FEFF}"

    package static func text(_ cells: [Cell]) -> String { cells.map(text).joined(separator: ",") + "\r\n" }

    private static func text(_ cell: Cell) -> String {
        switch cell {
        case .number(let digits): digits
        case .text(let text): quoted(isFormula(text) ? "'" + text : text)
        }
    }

    /// What spreadsheets take for a formula: the signs, with their full-width forms, and what some of them skip.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first)
    }

    private static func quoted(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
