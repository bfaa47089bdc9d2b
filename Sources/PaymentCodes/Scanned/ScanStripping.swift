/// Takes off what scanners put around the text of a symbol.
enum ScanStripping {
    /// Without the AIM identifier of a QR symbol (`]Q` and a digit, ISO/IEC 15424) and without the character set
    /// designator that some scanners spell out as `\000026` (a backslash and six digits).
    static func withoutMarks(_ scan: [UInt8]) -> [UInt8] {
        var rest = scan[...]
        if rest.starts(with: "]Q".utf8), let digit = rest.dropFirst(2).first, isDigit(digit) {
            rest = rest.dropFirst(3)
        }
        if rest.first == UInt8(ascii: "\\"), rest.count >= 7, rest.dropFirst().prefix(6).allSatisfy(isDigit) {
            rest = rest.dropFirst(7)
        }
        return Array(rest)
    }

    /// Without CR, LF and TAB at either end.
    static func withoutLineEnds(_ scan: [UInt8]) -> [UInt8] {
        let isEnd: (UInt8) -> Bool = { [0x09, 0x0A, 0x0D].contains($0) }
        guard let last = scan.lastIndex(where: { !isEnd($0) }) else { return [] }
        return Array(scan[...last].drop(while: isEnd))
    }
}
