import Yams

/// One section of a configuration file: keys with values, lists or further sections.
///
/// Every key that is asked for counts as known; the others are reported by ``ConfigurationFile/finish()``. A class,
/// because readers share that memory; it is read once at start, by one thread.
package final class ConfigurationSection {
    enum Content {
        /// As it stands in the file.
        case keys(Node.Mapping)
        /// Left out where that is allowed: every key is missing, so the defaults hold.
        case leftOut
        /// Missing or of a wrong type, which was reported once: its keys are not worth further messages.
        case rejected(ConfigurationError)
    }

    /// `lanes[1]`; empty for the top level.
    package let path: String
    /// Line of the section's key; `nil` for the top level.
    package let line: Int?
    let problems: ConfigurationProblems
    private let content: Content
    private var known: Set<String> = []
    private var children: [ConfigurationSection] = []

    init(content: Content, path: String, line: Int?, problems: ConfigurationProblems) {
        self.content = content
        self.path = path
        self.line = line
        self.problems = problems
    }

    // MARK: - Sections

    /// The section under `key`.
    ///
    /// - Parameter required: when `false`, a section that is not there is empty and its defaults hold.
    package func section(_ key: String, required: Bool = true) -> ConfigurationSection {
        switch find(key) {
        case .nothing(let line) where !required:
            return child(.leftOut, key, line: line)
        case .nothing(let line):
            let code: ConfigurationError.Code = line == nil ? .missingKey : .wrongValue
            return child(.rejected(report(code, key, line: line, "expected a section, found nothing")), key, line: line)
        case .node(.mapping(let mapping), let line):
            return child(.keys(mapping), key, line: line)
        case .node(let node, let line):
            let error = report(.wrongValue, key, line: line, "expected a section, found \(node.kind)")
            return child(.rejected(error), key, line: line)
        case .rejected(let error):
            return child(.rejected(error), key, line: line)
        }
    }

    /// The section under `key`, `nil` when it is not there.
    package func optionalSection(_ key: String) -> ConfigurationSection? {
        if case .nothing = find(key) { return nil }
        return section(key)
    }

    /// The list of sections under `key`, with `count` of them. Empty when the list itself is wrong.
    package func sections(_ key: String, count: ClosedRange<Int>) -> [ConfigurationSection] {
        let expected = "a list of \(words(count))"
        switch find(key) {
        case .nothing(let line):
            if count.contains(0), line == nil { return [] }
            report(line == nil ? .missingKey : .wrongValue, key, line: line, "expected \(expected), found nothing")
            return []
        case .node(.sequence(let sequence), let line):
            if !count.contains(sequence.count) {
                report(.wrongValue, key, line: line, "expected \(expected), found \(sequence.count)")
            }
            return sequence.enumerated().map { index, node in
                let name = "\(key)[\(index)]"
                let line = node.mark?.line
                if case .mapping(let mapping) = node { return child(.keys(mapping), name, line: line) }
                let error = report(.wrongValue, name, line: line, "expected a section, found \(node.kind)")
                return child(.rejected(error), name, line: line)
            }
        case .node(let node, let line):
            report(.wrongValue, key, line: line, "expected \(expected), found \(node.kind)")
            return []
        case .rejected:
            return []
        }
    }

    /// Reports that the value of `key` cannot be used for a reason that only the caller knows, for example because
    /// another lane has the same name. `text` must not quote a secret.
    package func reject(_ key: String, _ text: String) {
        let line: Int? = if case .node(_, let line) = find(key) { line } else { nil }
        report(.wrongValue, key, line: line, text)
    }

    // MARK: - For the readers

    enum Finding {
        /// The line is there when the key is, without a value.
        case nothing(line: Int?)
        case node(Node, line: Int?)
        case rejected(ConfigurationError)
    }

    /// Looks `key` up and remembers that it is known.
    func find(_ key: String) -> Finding {
        known.insert(key)
        switch content {
        case .leftOut: return .nothing(line: nil)
        case .rejected(let error): return .rejected(error)
        case .keys(let mapping):
            for (name, value) in mapping where name.scalar?.string == key {
                let line = name.mark?.line
                return value.isAnything ? .node(value, line: line) : .nothing(line: line)
            }
            return .nothing(line: nil)
        }
    }

    /// Reports a problem of `key`; one without a line of its own is placed at the section.
    @discardableResult
    func report(_ code: ConfigurationError.Code, _ key: String, line: Int?, _ text: String) -> ConfigurationError {
        problems.report(code, line: line ?? self.line, key: name(key), text)
    }

    /// Reports every key that was not asked for, here and in the sections below.
    func reportUnknownKeys() {
        if case .keys(let mapping) = content {
            for (key, _) in mapping {
                let line = key.mark?.line
                guard let text = key.scalar?.string else {
                    problems.report(.unknownKey, line: line, key: path, "expected a key, found \(key.kind)")
                    continue
                }
                if known.contains(text) { continue }
                let suggestion = KeySuggestion.nearest(to: text, among: known)
                let hint = suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
                report(.unknownKey, visible(text), line: line, "unknown key\(hint)")
            }
        }
        for child in children { child.reportUnknownKeys() }
    }

    private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func child(_ content: Content, _ key: String, line: Int?) -> ConfigurationSection {
        let child = ConfigurationSection(
            content: content, path: name(key), line: line ?? self.line, problems: problems)
        children.append(child)
        return child
    }
}

/// `1 to 16 sections`, or `1 section` when there is no choice.
private func words(_ count: ClosedRange<Int>) -> String {
    guard count.lowerBound == count.upperBound else { return "\(count.lowerBound) to \(count.upperBound) sections" }
    return count.lowerBound == 1 ? "1 section" : "\(count.lowerBound) sections"
}
