/// Which readers are meant: a PC/SC reader name in which `*` stands for any text, also none.
///
/// `Virtual PCD 00 00` is that reader only; `ACS ACR1252*PICC*` is the contactless slot of an ACR1252 at whatever
/// number the service gave it. Letters are compared as they are.
package struct ReaderNamePattern: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    private let parts: [[UInt8]]

    package init(_ pattern: String) {
        description = pattern
        parts = pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// Whether the reader called `name` is one that is meant.
    package func matches(_ name: String) -> Bool {
        var rest = Array(name.utf8)[...]
        guard let first = parts.first, let last = parts.last, rest.starts(with: first) else { return false }
        if parts.count == 1 { return rest.count == first.count }
        rest = rest.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() {
            guard let start = Self.firstIndex(of: part, in: rest) else { return false }
            rest = rest[(start + part.count)...]
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }

    private static func firstIndex(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= part.count else { return nil }
        return (text.startIndex...(text.endIndex - part.count)).first { text[$0...].starts(with: part) }
    }
}
