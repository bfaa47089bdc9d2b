import Devices
import Foundation
import Payments
import Simulation
import Terminal
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct SimulatedScannerTests {
    @Test("a rendered code goes from its image through an independent decoder and the serial line to the terminal")
    func imageToTerminal() async throws {
        let folder = try TemporaryDirectory()
        let device = try PseudoTerminalScanner(path: folder.file("scanner"))
        let scanner = try SerialCodeScanner(name: "lane-1", path: device.path)
        #expect(await scanner.nextEvent() == .available)
        let text = try await CodeImageDecoder().decode(png: CodeImages.paymentCode())
        #expect(text == CodeImages.paymentCodeText)
        try await device.scan(text)
        #expect(await scanner.nextEvent() == .scanned(Array(text.utf8)))
        await scanner.close()
    }

    @Test("an image without a code, a broken image and a missing decoder are told apart")
    func decoderErrors() async throws {
        let decoder = CodeImageDecoder()
        await #expect(throws: ScannerSimulationError(.noCodeFound)) {
            try await decoder.decode(png: CodeImages.blank())
        }
        let broken = try await #require(throws: ScannerSimulationError.self) {
            try await decoder.decode(png: Array("not a picture".utf8))
        }
        #expect(broken.code == .decoderFailed)
        let missing = try await #require(throws: ScannerSimulationError.self) {
            try await CodeImageDecoder(programPath: "/nonexistent/zbarimg").decode(imageAt: "/dev/null")
        }
        #expect(missing.code == .decoderMissing)
        #expect(missing.description.contains("zbar-tools"))
    }

    @Test("the link follows the plug, and replaces nothing but another link")
    func link() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("scanner")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/pts/none")
        let device = try PseudoTerminalScanner(path: path)
        let first = try FileManager.default.destinationOfSymbolicLink(atPath: path)
        #expect(first.hasPrefix("/dev/pts/"))
        #expect(FileManager.default.fileExists(atPath: path))
        try device.replug()
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == first)
        device.unplug()
        device.unplug()
        #expect(throws: (any Error).self) { try FileManager.default.destinationOfSymbolicLink(atPath: path) }
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: ScannerSimulationError.self) { try device.replug() }
        #expect(error?.code == .pseudoTerminalUnavailable)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    }

    @Test("a line that nobody reads is an error, not a wait for ever")
    func nobodyReads() async throws {
        let folder = try TemporaryDirectory()
        let device = try PseudoTerminalScanner(path: folder.file("scanner"), writeDeadline: .milliseconds(200))
        // Raw and held open, or the line would throw away what is too much for it.
        let holder = try #require(FileHandle(forUpdatingAtPath: device.path))
        _ = try ProcessOutput.of("/usr/bin/stty", ["-F", device.path, "raw", "-echo"])
        await #expect(throws: ScannerSimulationError(.lineNotRead)) {
            try await device.scan(bytes: [UInt8](repeating: 0x31, count: 1_000_000))
        }
        try holder.close()
    }
}
