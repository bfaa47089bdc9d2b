import Devices
import Terminal
import TestSupport
import Testing

@Suite struct ScanFramerTests {
    private func events(_ bytes: [UInt8], chunk: Int = .max, into framer: inout ScanFramer) -> [CodeScannerEvent] {
        var made: [CodeScannerEvent] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            made += framer.receive(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
        }
        return made
    }

    private func events(_ text: String) -> [CodeScannerEvent] {
        var framer = ScanFramer()
        return events(Array(text.utf8), into: &framer)
    }

    private func scanned(_ texts: String...) -> [CodeScannerEvent] { texts.map { .scanned(Array($0.utf8)) } }

    @Test("a line end makes a scan, and empty lines make none")
    func lineEnds() {
        #expect(events("12\r") == scanned("12"))
        #expect(events("12\n") == scanned("12"))
        #expect(events("12\r\n34\r\n") == scanned("12", "34"))
        #expect(events("12\r34\r56") == scanned("12", "34"))
        #expect(events("\r\n\r\r\n\n").isEmpty)
        #expect(events("12\t34\u{0}\r") == scanned("12\t34\u{0}"))
    }

    @Test("silence ends a scan once")
    func idle() {
        var framer = ScanFramer()
        #expect(!framer.awaitsIdle)
        #expect(framer.idle().isEmpty)
        #expect(events(Array("12".utf8), into: &framer).isEmpty)
        #expect(framer.awaitsIdle)
        #expect(framer.idle() == scanned("12"))
        #expect(!framer.awaitsIdle)
        #expect(framer.idle().isEmpty)
        #expect(events(Array("34\r".utf8), into: &framer) == scanned("34"))
        #expect(!framer.awaitsIdle)
    }

    @Test("a scan of the maximum length passes and one byte more is thrown away", arguments: [1, 7, 1024, 4096])
    func cap(chunk: Int) {
        let most = [UInt8](repeating: 0x31, count: CodeScannerLimits.maximumLength)
        let tooLong = CodeScannerEvent.discarded(CodeScannerError(.scanTooLong))
        var framer = ScanFramer()
        #expect(events(most + [0x0D], chunk: chunk, into: &framer) == [.scanned(most)])
        #expect(events(most + [0x31, 0x0D], chunk: chunk, into: &framer) == [tooLong])
        #expect(events(Array("12\r".utf8), chunk: chunk, into: &framer) == scanned("12"))
        #expect(events(most + [0x31], chunk: chunk, into: &framer) == [tooLong])
        #expect(framer.awaitsIdle)
        #expect(framer.idle().isEmpty)
        #expect(events(Array("34\r".utf8), chunk: chunk, into: &framer) == scanned("34"))
    }

    @Test("ten megabytes without a line end are one discarded event and no memory")
    func flood() throws {
        var framer = ScanFramer()
        let flood = [UInt8](repeating: 0x31, count: 10_000_000)
        #expect(
            events(flood, chunk: 4096, into: &framer) == [.discarded(CodeScannerError(.scanTooLong))])
        let kept = try #require(
            Mirror(reflecting: framer).children.compactMap { $0.value as? [UInt8] }.first)
        #expect(kept.isEmpty)
        #expect(kept.capacity < 4096)
        #expect(events(Array("\r12\r".utf8), into: &framer) == scanned("12"))
    }

    @Test("a lost line takes half a scan with it")
    func reset() {
        var framer = ScanFramer()
        #expect(events(Array("12".utf8), into: &framer).isEmpty)
        framer.reset()
        #expect(events(Array("34\r".utf8), into: &framer) == scanned("34"))
        #expect(events([UInt8](repeating: 0x31, count: 2000), into: &framer).count == 1)
        framer.reset()
        #expect(events(Array("56\r".utf8), into: &framer) == scanned("56"))
    }

    @Test("how the bytes are cut into reads changes nothing", arguments: [51, 52, 53, 54] as [UInt64])
    func chunking(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet: [UInt8] = [0x0D, 0x0A, 0x00, 0x03, 0x11, 0x31, 0xFF]
        let bytes = (0..<6000).map { index in
            // Long stretches without a line end in the middle, so that some scans are too long.
            index / 1500 % 2 == 1 ? 0x31 : alphabet.randomElement(using: &generator) ?? 0
        }
        var whole = ScanFramer()
        let expected = events(bytes, into: &whole)
        #expect(expected.contains(.discarded(CodeScannerError(.scanTooLong))))
        for chunk in [1, 2, 3, 64, 1023, 1024, 1025] {
            var framer = ScanFramer()
            #expect(events(bytes, chunk: chunk, into: &framer) == expected)
            #expect(framer.awaitsIdle == whole.awaitsIdle)
        }
    }
}
