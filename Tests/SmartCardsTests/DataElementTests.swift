import Payments
import SmartCards
import Testing

@Suite("File control information")
struct FileControlInformationTests {
    @Test("the published FCI of a master file")
    func masterFile() throws {
        let control = try FileControlInformation(
            decoding: hex("6F15 840E 315041592E5359532E4444463031 A503 880101"))
        #expect(control.name == Array("1PAY.SYS.DDF01".utf8))
        #expect(control.directoryFile == 1)
        #expect(control.publicInformation == nil)
    }

    @Test("the published FCI of a purse carries the whole public information")
    func purse() throws {
        let control = try FileControlInformation(decoding: purseControl())
        #expect(try control.name == hex("A00000000386980701"))
        let information = try #require(control.publicInformation)
        #expect(try information.issuer == hex("1111222233330006"))
        #expect(information.applicationType == 3)
        #expect(information.applicationVersion == 1)
        #expect(try information.applicationSerial == hex("00061998081700000030"))
        #expect(information.validFrom == 19_980_815)
        #expect(information.validThrough == 19_981_215)
        #expect(information.issuerData == [0x55, 0x66])
        #expect(try information.bytes == hex(publicInformationSample))
    }

    @Test("the directory record of a payment environment is read")
    func directoryRecord() throws {
        let elements = try DataElement.readAll(hex("6111 4F09 A00000000386980701 5004 50424F43"))
        let entry = try #require(elements.first)
        #expect(elements.count == 1)
        #expect(try entry.child(0x4F)?.value == hex("A00000000386980701"))
        #expect(entry.child(0x50)?.value == Array("PBOC".utf8))
        #expect(entry.child(0x84) == nil)
    }

    @Test("an answer without data is no error: the card only says that it is selected")
    func empty() throws {
        let control = try FileControlInformation(decoding: [])
        #expect(control.name == nil)
        #expect(control.publicInformation == nil)
    }

    @Test("every truncation of an FCI is an error, none a trap")
    func truncations() throws {
        let bytes = try purseControl()
        for count in 1..<bytes.count {
            #expect(throws: CardDataError.self, "\(count) bytes") {
                try FileControlInformation(decoding: Array(bytes.prefix(count)))
            }
        }
    }

    @Test("no single wrong byte makes the reader trap or loop")
    func mutations() throws {
        let bytes = try purseControl()
        var refused = 0
        for index in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var wrong = bytes
                wrong[index] = value
                do { _ = try FileControlInformation(decoding: wrong) } catch { refused += 1 }
            }
        }
        #expect(refused > 255)
    }

    @Test("random bytes never make the reader trap", arguments: 1...20 as ClosedRange<UInt64>)
    func randomBytes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var refused = 0
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 1...64, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            do {
                // Whatever can be read is written back to the same elements.
                let elements = try DataElement.readAll(bytes)
                #expect(try DataElement.readAll(elements.flatMap(\.bytes)) == elements)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    @Test(
        "malformed elements are named",
        arguments: [
            ("00", CardDataError.Code.tagMalformed), ("9F", .tagMalformed), ("9F8C", .tagMalformed),
            ("9F818182 00", .tagMalformed), ("84", .lengthMalformed), ("8480", .lengthMalformed),
            ("8481", .lengthMalformed), ("848200", .lengthMalformed), ("8483000000", .lengthMalformed),
            ("840201", .valueTruncated), ("6F0284", .valueTruncated), ("6F028402", .valueTruncated),
            ("6F08 6F06 6F04 6F02 6F00", .nestingTooDeep), ("84820200 00", .valueTruncated),
        ])
    func malformed(text: String, code: CardDataError.Code) throws {
        let bytes = try hex(text)
        #expect(throws: CardDataError(code)) { try DataElement.readAll(bytes) }
    }

    @Test("long lengths are read in both forms")
    func longLengths() throws {
        for count in [0x7F, 0x80, 0xFF, 0x100, 0x300] {
            let element = DataElement(tag: 0x9F0C, content: .primitive([UInt8](repeating: 7, count: count)))
            #expect(try DataElement.readAll(element.bytes) == [element])
        }
    }

    @Test("an FCI that is not one template 6F is refused", arguments: ["8400", "6F00 6F00", "6F05 A503 880201"])
    func notATemplate(text: String) throws {
        let bytes = try hex(text)
        #expect(throws: CardDataError.self) { try FileControlInformation(decoding: bytes) }
    }

    @Test("descriptions of data elements and public information hide the card's number")
    func descriptions() throws {
        let control = try FileControlInformation(decoding: purseControl())
        let information = try #require(control.publicInformation)
        var dumped = ""
        dump(information, to: &dumped)
        for text in ["\(information)", String(reflecting: information), "\(control)", dumped] {
            #expect(!text.contains("0006199808"))
            #expect(!text.contains("25, 152"))
        }
        #expect("\(information)" == "card …0030")
    }

    private func purseControl() throws -> [UInt8] {
        try hex("6F2E 8409 A00000000386980701 A521 9F0C1E") + hex(publicInformationSample)
    }
}

@Suite("Public information")
struct PublicInformationTests {
    @Test("a file of another length is refused", arguments: [0, 1, 29, 31, 60])
    func length(count: Int) {
        #expect(throws: CardDataError(.publicInformationLength)) {
            try PublicInformation(decoding: [UInt8](repeating: 0x11, count: count))
        }
    }

    @Test(
        "dates that are no day of the calendar are refused",
        arguments: [
            "00000000", "20260230", "20250229", "21000229", "20261301", "20260431", "20260100", "2026010A", "FFFFFFFF",
        ])
    func wrongDates(text: String) throws {
        var from = try hex(publicInformationSample)
        from.replaceSubrange(20..<24, with: try hex(text))
        var through = try hex(publicInformationSample)
        through.replaceSubrange(24..<28, with: try hex(text))
        #expect(throws: CardDataError(.publicInformationDate)) { try PublicInformation(decoding: from) }
        #expect(throws: CardDataError(.publicInformationDate)) { try PublicInformation(decoding: through) }
    }

    @Test("days of the calendar are taken", arguments: ["20240229", "20000229", "99991231", "20260930"])
    func rightDates(text: String) throws {
        var bytes = try hex(publicInformationSample)
        bytes.replaceSubrange(24..<28, with: try hex(text))
        #expect(try PublicInformation(decoding: bytes).validThrough == Int(text))
    }

    @Test("BCD is written as cards write it")
    func binaryCodedDecimal() throws {
        let moment = try time("20120229135109")
        #expect(try moment.binaryCodedDate == hex("20120229"))
        #expect(try moment.binaryCodedTime == hex("135109"))
        #expect(BinaryCodedDecimal.decode([0x12, 0x34]) == 1234)
        #expect(BinaryCodedDecimal.decode([0x1A]) == nil)
        #expect(BinaryCodedDecimal.decode([0xA1]) == nil)
    }
}
