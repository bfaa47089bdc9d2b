import Payments

extension CardTranscript {
    /// Largest text that is read, bytes: a full transcript has about 400 steps of at most 600 characters.
    package static let textMaximum = 512 * 1024
    /// Steps of one transcript: a tap has about ten, an examination sixty.
    package static let stepMaximum = 1000
    /// Longest command or answer, bytes: short APDUs have at most 261. Of a longer one, which no card may send, a
    /// recording keeps the start.
    package static let byteMaximum = 300
    private static let firstLine = "campus-till transcript 1"

    /// Reads the text form, strictly: a line that is none of its kinds is an error.
    package init(text: String) throws(TranscriptError) {
        guard text.utf8.count <= Self.textMaximum else { throw TranscriptError(.tooLong, line: 1) }
        self.init()
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            // Unicode would make one character of CR and what follows it: lines are bytes here.
            let line = String(decoding: line, as: UTF8.self)
            if number == 1 {
                guard line == Self.firstLine else { throw TranscriptError(.versionUnknown, line: 1) }
            } else if !line.isEmpty, !line.hasPrefix("#") {
                guard read(line) else { throw TranscriptError(.lineMalformed, line: number) }
                guard steps.count <= Self.stepMaximum, fields.count <= Self.stepMaximum else {
                    throw TranscriptError(.tooLong, line: number)
                }
            }
        }
    }

    private mutating func read(_ line: String) -> Bool {
        if let step = Self.step(line) {
            steps.append(step)
            return true
        }
        // Fields come first, so that a step that is misspelt is not taken for one.
        guard steps.isEmpty, let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let name = line[..<colon]
        let value = line[line.utf8.index(after: colon)...]
        guard !name.isEmpty, name.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }),
            value.hasPrefix(" "), value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return false }
        fields.append(Field(String(name), String(value.dropFirst())))
        return true
    }

    private static func step(_ line: String) -> Step? {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let time = Int64(parts[1])
        else { return nil }
        switch (parts[0], parts.count) {
        case ("+", 2): return .connected(at: time)
        case (">", 3): return bytes(parts[2]).map { .sent($0, at: time) }
        case ("<", 3): return bytes(parts[2]).map { .answered($0, at: time) }
        case ("!", 3):
            guard parts[2].hasPrefix("E"), parts[2].utf8.count == 5, let number = Int(parts[2].dropFirst()), number > 0
            else { return nil }
            return .failed(number, at: time)
        default: return nil
        }
    }

    private static func bytes(_ text: Substring) -> MaskedBytes? {
        guard text.utf8.count <= 2 * byteMaximum else { return nil }
        return MaskedBytes(text: text)
    }

    /// The text form.
    ///
    /// - Parameter remarks: lines for people, put at the start.
    package func text(remarks: [String] = []) -> String {
        var lines = [Self.firstLine]
        lines += remarks.map { "# \($0)" }
        lines += fields.map { "\($0.name): \($0.value)" }
        lines += steps.map { step in
            switch step {
            case .connected(let time): "+ \(time)"
            case .sent(let bytes, let time): "> \(time) \(bytes.text)"
            case .answered(let bytes, let time): "< \(time) \(bytes.text)"
            case .failed(let number, let time): "! \(time) E\(number)"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the reader of a recorded transcript must know about its contents.
    package static let recordedRemarks = [
        "Card numbers are replaced by others of the same form, the same one everywhere; PINs, keys and whatever is not",
        "known to be harmless are hidden (**). Random numbers, cryptograms (MAC, TAC) and encrypted data stand as they",
        "were: they show nothing to who does not have the key. Amounts, balances, dates, the card's last purchases and",
        "the terminal's number stand as they were too.",
    ]
}
