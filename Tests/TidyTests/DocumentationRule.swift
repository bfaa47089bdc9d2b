/// Every type that other modules see, and every requirement of a protocol that they see, says what it is.
///
/// Nested types with one of the usual names are explained by the type around them, and variables of a protocol that
/// stand together by the comment above the first.
enum DocumentationRule {
    private static let usualNames: Set = ["Action", "Code", "CodingKeys", "Event", "State"]

    /// A requirement of a protocol.
    private static var requirement: Regex<(Substring, Substring, Substring)> {
        #/
            ^\s+ (?:@\w+\s+)* (?:(?:static|mutating|nonisolated)\s+)*
            (func|var|init|subscript|associatedtype) \b \s* (\w*)
        /#
    }

    /// A type that other modules see.
    private static var type: Regex<(Substring, Substring, Substring)> {
        #/
            ^\s* (?:@\w+(?:\([^)]*\))?\s+)* (?:public|package)\s+
            (?:(?:final|indirect|nonisolated|distributed)\s+)* (struct|class|enum|protocol|actor)\s+ (\w+)
        /#
    }

    static func findings(in file: SourceFile) -> [Finding] {
        var found: [Finding] = []
        // Indentation of the protocol that the current line is inside of.
        var protocolIndentation: Int?
        for (index, line) in file.code.enumerated() {
            let indentation = line.prefix { $0 == " " }.count
            if let inside = protocolIndentation, indentation <= inside, !line.allSatisfy(\.isWhitespace) {
                protocolIndentation = nil
            }
            if let inside = protocolIndentation, indentation == inside + 4,
                let match = line.firstMatch(of: requirement), !isDocumented(index, in: file)
            {
                let name = match.output.2.isEmpty ? String(match.output.1) : String(match.output.2)
                found.append(Finding(path: file.path, line: index + 1, problem: "requirement \(name) has no ///"))
            }
            guard line.has("package") || line.has("public"), let match = line.firstMatch(of: type) else { continue }
            if match.output.1 == "protocol", !line.contains("}") { protocolIndentation = indentation }
            let name = String(match.output.2)
            if indentation > 0, usualNames.contains(name) { continue }
            if !isDocumented(index, in: file) {
                found.append(Finding(path: file.path, line: index + 1, problem: "\(match.output.1) \(name) has no ///"))
            }
        }
        return found
    }

    /// Whether a documentation comment stands above line `index`, attributes and plain comments between allowed.
    private static func isDocumented(_ index: Int, in file: SourceFile) -> Bool {
        let isVariable = file.lines[index].drop { $0 == " " }.hasPrefix("var ")
        for line in file.lines[..<index].reversed() {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("///") || text.hasSuffix("*/") { return true }
            if isVariable, text.hasPrefix("var ") { continue }
            if !text.hasPrefix("@"), !text.hasPrefix("//"), !text.hasPrefix("#if") { return false }
        }
        return false
    }
}
