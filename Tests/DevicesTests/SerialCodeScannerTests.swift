import Devices
import Foundation
import Simulation
import Terminal
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct SerialCodeScannerTests {
    /// A scanner that is plugged in and opened.
    private func withOpenScanner(
        _ body: (SerialCodeScanner, PseudoTerminalScanner) async throws -> Void
    ) async throws {
        let folder = try TemporaryDirectory()
        let device = try PseudoTerminalScanner(path: folder.file("scanner"))
        let scanner = try SerialCodeScanner(name: "lane-1", path: device.path)
        #expect(await scanner.nextEvent() == .available)
        try await body(scanner, device)
        await scanner.close()
    }

    private func scanned(_ text: String) -> CodeScannerEvent { .scanned(Array(text.utf8)) }

    @Test("a scan arrives without its line end", arguments: ["\r", "\n", "\r\n", ""])
    func suffixes(suffix: String) async throws {
        try await withOpenScanner { scanner, device in
            #expect(scanner.name == "lane-1")
            for code in ["9812345", "135112298638468293"] {
                try await device.scan(code, suffix: suffix)
                #expect(await scanner.nextEvent() == scanned(code))
            }
        }
    }

    @Test("a scan that comes in pieces is one scan, and two in one piece are two")
    func pieces() async throws {
        try await withOpenScanner { scanner, device in
            for byte in "98123".utf8 { try await device.scan(bytes: [byte]) }
            try await device.scan("45")
            #expect(await scanner.nextEvent() == scanned("9812345"))
            try await device.scan("111\r222")
            #expect(await scanner.nextEvent() == scanned("111"))
            #expect(await scanner.nextEvent() == scanned("222"))
        }
    }

    @Test("every byte but the line ends passes unharmed, those that stop or kill a terminal too")
    func allBytes() async throws {
        try await withOpenScanner { scanner, device in
            let special: [[UInt8]] = [
                [0x00], [0x03], [0x04], [0x11, 0x31], [0x13, 0x31], [0x1A], [0x1C], [0x7F], [0x15, 0x16, 0x17], [0xFF],
            ]
            for bytes in special {
                try await device.scan(bytes: bytes + [0x0D])
                #expect(await scanner.nextEvent() == .scanned(bytes))
            }
            let all = (UInt8.min...UInt8.max).filter { ![0x0D, 0x0A].contains($0) }
            try await device.scan(bytes: all + [0x0A])
            #expect(await scanner.nextEvent() == .scanned(all))
        }
    }

    @Test("the line is raw, exclusive, without echo, and has the configured speed", arguments: SerialSpeed.allCases)
    func settings(speed: SerialSpeed) async throws {
        let folder = try TemporaryDirectory()
        let device = try PseudoTerminalScanner(path: folder.file("scanner"))
        let scanner = try SerialCodeScanner(name: "lane-1", path: device.path, speed: speed)
        #expect(await scanner.nextEvent() == .available)
        let settings = try ProcessOutput.of("/usr/bin/stty", ["-F", device.path, "-a"])
        #expect(settings.contains("speed \(speed.rawValue) baud"))
        let flags = Set(settings.split { $0.isWhitespace || $0 == ";" }.map(String.init))
        for flag in ["cs8", "clocal", "cread", "ignbrk"] { #expect(flags.contains(flag)) }
        for flag in ["icanon", "echo", "isig", "iexten", "ixon", "ixoff", "icrnl", "opost", "crtscts", "cstopb"] {
            #expect(flags.contains("-" + flag))
        }
        await scanner.close()
    }

    @Test("ten megabytes without a line end are thrown away, and the next scan arrives")
    func flood() async throws {
        try await withOpenScanner { scanner, device in
            try await device.scan(bytes: [UInt8](repeating: 0x31, count: 10_000_000))
            try await device.scan("\r98123")
            var discarded = 0
            while let event = await scanner.nextEvent(), event != scanned("98123") {
                #expect(event == .discarded(CodeScannerError(.scanTooLong)))
                discarded += 1
            }
            // One, or a few when the machine stood still for the idle time in the middle.
            #expect((1...5).contains(discarded))
        }
    }

    @Test("garbage makes scans and never an error", arguments: [61, 62] as [UInt64])
    func garbage(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let bytes = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var framer = ScanFramer()
        let expected = framer.receive(bytes[...]) + framer.receive([0x0D])
        try await withOpenScanner { scanner, device in
            try await device.scan(bytes: bytes + [0x0D])
            for event in expected { #expect(await scanner.nextEvent() == event) }
            try await device.scan("98123")
            #expect(await scanner.nextEvent() == scanned("98123"))
        }
    }

    @Test("an unplugged scanner is told once, and works again when it is back")
    func unplug() async throws {
        try await withOpenScanner { scanner, device in
            for code in ["111", "222", "333"] {
                try await device.scan("99", suffix: "")
                device.unplug()
                // Half a scan goes with the line, or is a scan of its own if the machine stood still; it never becomes
                // part of the next one.
                var event = await scanner.nextEvent()
                if event == scanned("99") { event = await scanner.nextEvent() }
                #expect(event == .unavailable(CodeScannerError(.scannerUnavailable)))
                await #expect(throws: ScannerSimulationError(.unplugged)) { try await device.scan("0") }
                try device.replug()
                #expect(await scanner.nextEvent() == .available)
                try await device.scan(code)
                #expect(await scanner.nextEvent() == scanned(code))
            }
        }
    }

    @Test("a scanner that is plugged in later is found")
    func pluggedInLater() async throws {
        let folder = try TemporaryDirectory()
        let scanner = try SerialCodeScanner(name: "lane-1", path: folder.file("scanner"))
        #expect(await scanner.nextEvent() == .unavailable(CodeScannerError(.scannerUnavailable)))
        let device = try PseudoTerminalScanner(path: folder.file("scanner"))
        #expect(await scanner.nextEvent() == .available)
        try await device.scan("98123")
        #expect(await scanner.nextEvent() == scanned("98123"))
        await scanner.close()
    }

    @Test("what was scanned before the line was opened is thrown away")
    func staleInput() async throws {
        let folder = try TemporaryDirectory()
        let device = try PseudoTerminalScanner(path: folder.file("scanner"))
        try await device.scan("111\n222\r333")
        let scanner = try SerialCodeScanner(name: "lane-1", path: device.path)
        #expect(await scanner.nextEvent() == .available)
        try await device.scan("444")
        #expect(await scanner.nextEvent() == scanned("444"))
        await scanner.close()
    }

    @Test("a path that is no terminal is told once, and is not kept open", arguments: ["/dev/null", "file"])
    func notATerminal(path: String) async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("file")
        try Data().write(to: URL(fileURLWithPath: file))
        let scanner = try SerialCodeScanner(name: "lane-1", path: path == "file" ? file : path)
        #expect(await scanner.nextEvent() == .unavailable(CodeScannerError(.notATerminal)))
        if path == "file" {
            // A terminal that takes the place of the wrong device is found without a restart. By then several
            // attempts were made.
            try FileManager.default.removeItem(atPath: file)
            let device = try PseudoTerminalScanner(path: file)
            var event = await scanner.nextEvent()
            if event == .unavailable(CodeScannerError(.scannerUnavailable)) { event = await scanner.nextEvent() }
            #expect(event == .available)
            device.unplug()
        }
        await scanner.close()
        #expect(try openDescriptors().allSatisfy { !$0.hasPrefix(file) })
    }

    @Test("closing ends the events at once, whatever the scanner is doing")
    func close() async throws {
        let folder = try TemporaryDirectory()
        let device = try PseudoTerminalScanner(path: folder.file("scanner"))
        let waiting = try SerialCodeScanner(name: "waiting", path: device.path)
        #expect(await waiting.nextEvent() == .available)
        let elapsed = await ContinuousClock().measure {
            await waiting.close()
            await waiting.close()
        }
        #expect(elapsed < .seconds(5))
        #expect(await waiting.nextEvent() == nil)

        let missing = try SerialCodeScanner(name: "missing", path: folder.file("none"))
        await missing.close()
        var left = 0
        while await missing.nextEvent() != nil { left += 1 }
        #expect(left <= 1)
    }

    @Test("a scanner that nobody closes ends with its owner")
    func droppedScanner() async throws {
        let folder = try TemporaryDirectory()
        let device = try PseudoTerminalScanner(path: folder.file("scanner"))
        let events = try SerialCodeScanner(name: "dropped", path: device.path).events
        for await event in events { #expect(event == .available) }
    }

    @Test("when nobody reads, the oldest scans go and the newest stay")
    func bounded() async throws {
        let folder = try TemporaryDirectory()
        let device = try PseudoTerminalScanner(path: folder.file("scanner"))
        let scanner = try SerialCodeScanner(name: "lane-1", path: device.path)
        #expect(await scanner.nextEvent() == .available)
        // Far more than the line itself can hold, so most of it has passed the scanner when the call returns.
        let codes = 100_000..<110_000
        try await device.scan(bytes: codes.flatMap { Array("\($0)\r".utf8) })
        await scanner.close()
        var kept: [Int] = []
        for await event in scanner.events {
            guard case .scanned(let bytes) = event else { continue }
            kept.append(try #require(Int(String(decoding: bytes, as: UTF8.self))))
        }
        #expect(kept.count == SerialCodeScanner.eventsKept)
        let first = try #require(kept.first)
        #expect(first > 105_000)
        #expect(kept == Array(first..<first + kept.count))
    }

    @Test("scanners that come and go leave no descriptor behind")
    func descriptors() async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("file")
        try Data().write(to: URL(fileURLWithPath: file))
        let before = try openDescriptors().count
        for round in 0..<100 {
            let device = try PseudoTerminalScanner(path: folder.file("scanner"))
            let scanner = try SerialCodeScanner(name: "round-\(round)", path: device.path)
            let wrong = try SerialCodeScanner(name: "wrong-\(round)", path: file)
            #expect(await scanner.nextEvent() == .available)
            #expect(await wrong.nextEvent() == .unavailable(CodeScannerError(.notATerminal)))
            await scanner.close()
            await wrong.close()
        }
        // Other tests open descriptors meanwhile; a leak here would make a hundred or more.
        #expect(try openDescriptors().count < before + 60)
        #expect(try openDescriptors().allSatisfy { !$0.hasPrefix(file) })
    }

    private func openDescriptors() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { name in
            // A descriptor may close between the listing and the look at it.
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
        }
    }
}
