import Yams

/// A YAML file that is read strictly: a key that nothing asks for is an error, as are a wrong type and a bad value.
///
/// ```swift
/// let file = try ConfigurationFile(path: path)
/// let terminal = file.root.section("terminal")
/// let merchant = terminal.string("merchant")
/// try file.finish()
/// use(try merchant.value)
/// ```
package struct ConfigurationFile {
    /// Largest file accepted, in bytes: a terminal with 16 lanes, fully commented, needs less than a tenth of it.
    package static let maximumSize = 256 * 1024

    /// The top level of the file.
    package let root: ConfigurationSection
    private let problems: ConfigurationProblems

    /// Reads and parses the file at `path`. The errors name `path` as it is given here.
    package init(path: String) throws(ConfigurationError) {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, limit: Self.maximumSize).bytes
        } catch {
            let code: ConfigurationError.Code = error.isTooLarge ? .fileTooLarge : .fileUnreadable
            throw ConfigurationError([.init(code, file: path, text: error.text)])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError([.init(.notText, file: path, text: "expected UTF-8 text")])
        }
        try self.init(text: text, name: path)
    }

    /// Parses `text`. The errors call the file `name`.
    package init(text: String, name: String) throws(ConfigurationError) {
        let problems = ConfigurationProblems(file: name)
        let tree: Node?
        do {
            tree = try Parser(yaml: text).singleRoot()
        } catch {
            throw Self.explain(error, text: text, name: name)
        }
        guard let tree, tree.isAnything else {
            throw ConfigurationError([.init(.emptyFile, file: name, text: "expected keys, found an empty file")])
        }
        guard case .mapping(let mapping) = tree else {
            let text = "expected keys, found \(tree.kind)"
            throw ConfigurationError([.init(.wrongValue, file: name, line: tree.mark?.line, text: text)])
        }
        self.problems = problems
        root = ConfigurationSection(content: .keys(mapping), path: "", line: nil, problems: problems)
    }

    /// Ends the reading: throws everything that was wrong, and every key that nothing asked for.
    package func finish() throws(ConfigurationError) {
        root.reportUnknownKeys()
        if let error = problems.error { throw error }
    }

    /// What the parser found wrong. Its own description quotes the line, which may hold a secret, so only the kind of
    /// problem and the place are taken from it.
    private static func explain(_ error: any Error, text: String, name: String) -> ConfigurationError {
        var code = ConfigurationError.Code.malformed
        var line: Int?
        var reason = "not valid YAML"
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            line = mark.line
            reason = "not valid YAML: \(problem)"
        case .reader(let problem, let offset, _, _):
            line = offset.map { text.utf8.prefix($0).count { $0 == UInt8(ascii: "\n") } + 1 }
            reason = "not valid YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            code = .duplicateKey
            line = context.mark.line
            let keys = duplicates.map { "\"\(visible($0))\"" }.joined(separator: ", ")
            reason = "\(keys) stands more than once in this section"
        default: break
        }
        return ConfigurationError([.init(code, file: name, line: line, text: reason)])
    }
}

extension Node {
    /// Whether there is anything: a plain `~`, `null` or nothing is nothing.
    var isAnything: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain else { return true }
        return !["", "~", "null"].contains(scalar.string)
    }

    /// What the operator wrote, in words.
    var kind: String {
        if !isAnything { return "nothing" }
        return switch self {
        case .scalar: "a single value"
        case .mapping: "a section"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

/// `text` as an error may show it: one line, at most 60 characters.
func visible(_ text: String) -> String {
    let line = text.unicodeScalars.map { $0.isPrintable ? String($0) : "·" }
    return line.count > 60 ? line.prefix(60).joined() + "…" : line.joined()
}

extension Unicode.Scalar {
    /// Whether the scalar can stand in a line of text without breaking the line or steering a terminal.
    var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }
}
