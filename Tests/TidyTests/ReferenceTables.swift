import Foundation
import Payments

/// The tables of `docs/reference` that are made from the code.
///
/// To bring a table up to date, run its test with `CAMPUS_TILL_WRITE_TABLES=1` and commit what it wrote.
enum ReferenceTables {
    static let start = "<!-- table made from the code: see Tests/TidyTests/ReferenceTables.swift -->"
    static let end = "<!-- end of table -->"

    /// One stable error number.
    struct ErrorCode: Equatable {
        let number: Int
        /// `LedgerError.diskFull`.
        let name: String
        let meaning: String
    }

    static var declineReasons: [String] {
        ["| number | response code | name | cashier reads | 收银员看到 |", "|---|---|---|---|---|"]
            + DeclineReason.allCases.sorted { $0.rawValue < $1.rawValue }.map { reason in
                let columns = [
                    String(reason.rawValue), reason.responseCode.rawValue, "`\(reason.name)`", reason.englishText,
                    reason.chineseText,
                ]
                return "| \(columns.joined(separator: " | ")) |"
            }
    }

    static func errorCodes(_ codes: [ErrorCode]) -> [String] {
        ["| number | name | meaning |", "|---|---|---|"]
            + codes.sorted { $0.number < $1.number }.map { "| E\($0.number) | `\($0.name)` | \($0.meaning) |" }
    }

    /// The numbers that `file` defines: cases of an integer enumeration called `Code` or ending in `Refusal`.
    ///
    /// The meaning is the text that the error shows, else the comment above the case, else its name.
    static func codes(in file: SourceFile) -> [ErrorCode] {
        guard file.code.contains(where: { $0.has("enum") && $0.has("Int") }) else { return [] }
        var found: [ErrorCode] = []
        // Types around the current line, with their indentation.
        var types: [(name: String, indentation: Int)] = []
        var enumeration: (name: String, indentation: Int)?
        for (index, line) in file.code.enumerated() where !line.allSatisfy(\.isWhitespace) {
            let indentation = line.prefix { $0 == " " }.count
            types.removeAll { $0.indentation >= indentation && !line.contains(/^\s*\}/) }
            if let open = enumeration, indentation <= open.indentation { enumeration = nil }
            if let match = line.firstMatch(of: /\b(?:struct|class|actor|extension|enum)\s+(\w+)(?:\s*:\s*(\w+))?/) {
                let name = String(match.output.1)
                if line.contains("enum"), match.output.2 == "Int", name == "Code" || name.hasSuffix("Refusal") {
                    let owner = name == "Code" ? types.last?.name ?? name : name
                    enumeration = (owner, indentation)
                }
                types.append((name, indentation))
            }
            guard let enumeration, let match = line.firstMatch(of: /^\s+case (\w+) = (\d{4})\b/),
                let number = Int(match.output.2)
            else { continue }
            let name = String(match.output.1)
            let meaning = shownText(name, in: file) ?? comment(above: index, in: file) ?? words(name)
            found.append(ErrorCode(number: number, name: "\(enumeration.name).\(name)", meaning: meaning))
        }
        return found
    }

    /// Differences between the table in `document` and `expected`; writes the table when asked to by the environment.
    static func differences(_ path: String, expected: [String]) throws -> [String] {
        let lines = try Repository.text(path).components(separatedBy: "\n")
        guard let first = lines.firstIndex(of: start), let last = lines.firstIndex(of: end), first < last else {
            return ["\(path) has no table between the two marks"]
        }
        let actual = lines[(first + 1)..<last].filter { !$0.isEmpty }
        if actual == expected { return [] }
        if ProcessInfo.processInfo.environment["CAMPUS_TILL_WRITE_TABLES"] == "1" {
            let text = (lines[...first] + [""] + expected + [""] + lines[last...]).joined(separator: "\n")
            try text.write(to: Repository.root.appendingPathComponent(path), atomically: true, encoding: .utf8)
        }
        let missing = expected.filter { !actual.contains($0) }.map { "missing: \($0)" }
        let extra = actual.filter { !expected.contains($0) }.map { "not in the code: \($0)" }
        return missing + extra + (missing.isEmpty && extra.isEmpty ? ["the rows are not in order"] : [])
    }

    /// The text after `case .name:` where the error makes its message.
    private static func shownText(_ name: String, in file: SourceFile) -> String? {
        for line in file.lines {
            guard line.has("case ." + name),
                let match = line.firstMatch(of: /^\s+case \.(\w+):\s*(?:return )?"([^"\\]*)"\s*$/)
            else { continue }
            if match.output.1 == name { return String(match.output.2) }
        }
        return nil
    }

    private static func comment(above index: Int, in file: SourceFile) -> String? {
        var sentences: [String] = []
        for line in file.lines[..<index].reversed() {
            let text = line.drop { $0 == " " }
            guard text.hasPrefix("///") else { break }
            sentences.insert(String(text.dropFirst(3).drop { $0 == " " }), at: 0)
        }
        // In a table it is no sentence.
        guard let initial = sentences.first?.first else { return nil }
        let text = sentences.joined(separator: " ").replacingOccurrences(of: "``", with: "`")
        return initial.lowercased() + text.dropFirst().drop(suffix: ".")
    }

    /// `batch too large` of `batchTooLarge`.
    private static func words(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : String($1) }
    }
}

extension Substring {
    /// Without `suffix` where it ends in it.
    fileprivate func drop(suffix: String) -> Substring { hasSuffix(suffix) ? dropLast(suffix.count) : self }
}
