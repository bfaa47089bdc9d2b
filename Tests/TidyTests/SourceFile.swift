import Glibc

/// A Swift source in three views with the same lines.
struct SourceFile: Sendable {
    /// `Sources/Payments/Money/Amount.swift`.
    let path: String
    /// As it is.
    let lines: [String]
    /// Without comments, and with empty string literals.
    let code: [String]
    /// With empty string literals, comments kept.
    let codeAndComments: [String]

    init(path: String, text: String) {
        self.path = path
        lines = Self.split(text)
        var separator = SourceSeparator(text)
        separator.run()
        code = Self.split(separator.code)
        codeAndComments = Self.split(separator.codeAndComments)
    }

    /// `Payments`; `nil` outside of Sources.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    /// Lines of `view` that match, as findings.
    ///
    /// - Parameter words: one of them is in every match. Looking for them first saves nearly all of the time.
    func findings(
        _ view: KeyPath<SourceFile, [String]>, words: [String], _ pattern: some RegexComponent, _ problem: String
    ) -> [Finding] {
        self[keyPath: view].enumerated().compactMap { index, line in
            guard words.contains(where: line.has), line.contains(pattern) else { return nil }
            return Finding(path: path, line: index + 1, problem: problem)
        }
    }

    private static func split(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

extension String {
    /// Whether `word` is somewhere in the text: much quicker than a regular expression.
    func has(_ word: String) -> Bool { strstr(self, word) != nil }
}

/// Tells code, comments and string literals apart, well enough for sources that compile.
///
/// An interpolation counts as part of its literal. Regex literals with quotes are not known: the product has none.
struct SourceSeparator {
    var code: String { String(decoding: codeBytes, as: UTF8.self) }
    var codeAndComments: String { String(decoding: codeAndCommentBytes, as: UTF8.self) }

    private var codeBytes: [UInt8] = []
    private var codeAndCommentBytes: [UInt8] = []
    private let bytes: [UInt8]
    private var position = 0

    private static let lineFeed = UInt8(ascii: "\n")
    private static let quote = UInt8(ascii: "\"")
    private static let hash = UInt8(ascii: "#")
    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let backslash = UInt8(ascii: "\\")

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func run() {
        while position < bytes.count {
            if starts([Self.slash, Self.slash]) {
                while position < bytes.count, bytes[position] != Self.lineFeed { take(asCode: false) }
            } else if starts([Self.slash, Self.star]) {
                comment()
            } else if let hashes = literalStart() {
                literal(hashes: hashes)
            } else {
                take(asCode: true)
            }
        }
    }

    private func starts(_ pattern: [UInt8]) -> Bool {
        guard position + pattern.count <= bytes.count, bytes[position] == pattern[0] else { return false }
        return bytes[position..<(position + pattern.count)].elementsEqual(pattern)
    }

    private mutating func take(asCode: Bool) {
        let byte = bytes[position]
        if asCode || byte == Self.lineFeed { codeBytes.append(byte) }
        codeAndCommentBytes.append(byte)
        position += 1
    }

    /// Block comments nest.
    private mutating func comment() {
        var depth = 0
        repeat {
            let opens = starts([Self.slash, Self.star])
            let closes = starts([Self.star, Self.slash])
            if opens { depth += 1 }
            if closes { depth -= 1 }
            take(asCode: false)
            if opens || closes { take(asCode: false) }
        } while depth > 0 && position < bytes.count
    }

    /// The number of `#` before the quote when a string literal starts here.
    private func literalStart() -> Int? {
        var index = position
        while index < bytes.count, bytes[index] == Self.hash { index += 1 }
        return index < bytes.count && bytes[index] == Self.quote ? index - position : nil
    }

    private mutating func literal(hashes: Int) {
        codeBytes += [Self.quote, Self.quote]
        codeAndCommentBytes += [Self.quote, Self.quote]
        position += hashes
        let marks = [UInt8](repeating: Self.hash, count: hashes)
        let three = [Self.quote, Self.quote, Self.quote]
        let opening = starts(three) ? three : [Self.quote]
        position += opening.count
        let end = opening + marks
        let escape = [Self.backslash] + marks
        while position < bytes.count, !starts(end) {
            if starts(escape + [UInt8(ascii: "(")]) {
                position += escape.count + 1
                interpolation()
            } else if starts(escape) {
                position += escape.count
                skip()
            } else {
                skip()
            }
        }
        position += end.count
    }

    /// To the closing parenthesis, over literals inside.
    private mutating func interpolation() {
        var depth = 1
        while position < bytes.count, depth > 0 {
            if let hashes = literalStart() {
                var inner = self
                inner.literal(hashes: hashes)
                position = inner.position
                continue
            }
            if bytes[position] == UInt8(ascii: "(") { depth += 1 }
            if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
            skip()
        }
    }

    /// Passes a byte of a literal; line ends stay, so that the views keep the same lines.
    private mutating func skip() {
        guard position < bytes.count else { return }
        if bytes[position] == Self.lineFeed {
            codeBytes.append(Self.lineFeed)
            codeAndCommentBytes.append(Self.lineFeed)
        }
        position += 1
    }
}
