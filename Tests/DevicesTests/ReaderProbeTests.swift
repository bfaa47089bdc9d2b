import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Devices
@testable import PCSC

/// Who a reader is: its attributes, the kernel's list of devices, and readers that do not answer.
@Suite struct ReaderProbeTests {
    /// A sysfs with two readers behind a hub, as the kernel lays it out.
    private func layOut() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        let devices = folder.file("bus/usb/devices")
        for (name, bus, device) in [
            ("usb1", 1, 1), ("1-1", 1, 2), ("1-1.2", 1, 7), ("1-1.10", 1, 17), ("2-1", 2, 7),
        ] {
            try FileManager.default.createDirectory(atPath: "\(devices)/\(name)", withIntermediateDirectories: true)
            try "\(bus)\n".write(toFile: "\(devices)/\(name)/busnum", atomically: true, encoding: .utf8)
            try "\(device)\n".write(toFile: "\(devices)/\(name)/devnum", atomically: true, encoding: .utf8)
        }
        // An interface of a device, and a device that is just going away.
        for name in ["1-1.2:1.0", "1-1.4"] {
            try FileManager.default.createDirectory(atPath: "\(devices)/\(name)", withIntermediateDirectories: true)
        }
        return folder
    }

    @Test("the port is found by bus number and address")
    func port() throws {
        let folder = try layOut()
        let topology = USBTopology(root: folder.path)
        #expect(topology.port(bus: 1, address: 7) == "1-1.2")
        #expect(topology.port(bus: 1, address: 17) == "1-1.10")
        #expect(topology.port(bus: 2, address: 7) == "2-1")
        #expect(topology.port(bus: 1, address: 1) == nil, "a root hub is no reader")
        #expect(topology.port(bus: 3, address: 7) == nil)
        #expect(USBTopology(root: folder.file("nothing")).port(bus: 1, address: 7) == nil)
    }

    @Test("bus and address come out of the channel attribute of USB readers only")
    func channel() {
        func bytes(_ channel: UInt32) -> [UInt8] { withUnsafeBytes(of: channel) { Array($0) } }
        let usb = ReaderProbe.address(bytes(0x0020_0107))
        #expect(usb?.bus == 1 && usb?.address == 7)
        #expect(ReaderProbe.address(bytes(0x0001_0107)) == nil, "a serial reader")
        #expect(ReaderProbe.address([]) == nil)
        #expect(ReaderProbe.address([0, 0, 0]) == nil)
    }

    @Test("a serial number is text up to the zero; an empty one is none")
    func serialText() {
        #expect(ReaderProbe.text(Array("RR1\0x".utf8)) == "RR1")
        #expect(ReaderProbe.text([]) == nil)
        #expect(ReaderProbe.text([0]) == nil)
    }

    @Test("each reader is asked once, and again when it went away in between")
    func askedOnce() {
        let asked = Mutex<[String]>([])
        let identities = ReaderIdentities { name in
            asked.withLock { $0.append(name) }
            return ReaderIdentity(serialNumber: "S " + name, port: nil)
        }
        for _ in 0..<3 { identities.update(["A"]) { _ in true } }
        #expect(asked.withLock { $0 } == ["A"])
        #expect(identities["A"].serialNumber == "S A")
        identities.update(["B"]) { _ in true }
        identities.update(["A", "B"]) { _ in true }
        #expect(asked.withLock { $0 } == ["A", "B", "A"])
    }

    @Test("a reader that is in use is asked again when nobody of ours has it; until then its name speaks for it")
    func inUse() {
        let isFree = Mutex(false)
        let identities = ReaderIdentities { name throws(PCSCError) in
            if isFree.withLock({ $0 }) { return ReaderIdentity(serialNumber: "S2", port: "1-1") }
            throw PCSCError(.sharingViolation, .connect, rawValue: PCSCError.Code.sharingViolation.rawValue)
        }
        let name = "Reader (S1) 00 00"
        identities.update([name]) { _ in true }
        #expect(identities[name] == ReaderIdentity(serialNumber: "S1", port: nil))
        isFree.withLock { $0 = true }
        identities.update([name]) { _ in false }
        #expect(identities[name].serialNumber == "S1")
        identities.update([name]) { _ in true }
        #expect(identities[name].serialNumber == "S2")
    }

    @Test("promise 14: a reader that never answers keeps nobody waiting, and counts when it answers after all")
    func neverAnswers() async throws {
        let mayAnswer = DispatchSemaphore(value: 0)
        let identities = ReaderIdentities { name in
            if name == "slow" { mayAnswer.wait() }
            return ReaderIdentity(serialNumber: name, port: nil)
        }
        identities.update(["slow", "quick"]) { _ in true }
        #expect(identities["slow"].serialNumber == nil)
        try await eventually("the quick one has answered") { identities["quick"].serialNumber == "quick" }
        identities.update(["slow", "quick"]) { _ in true }
        mayAnswer.signal()
        try await eventually("the slow one has answered") { identities["slow"].serialNumber == "slow" }
    }

    @Test("an answer that comes after the reader was replaced is not the new reader's")
    func lateAnswer() async throws {
        let mayAnswer = DispatchSemaphore(value: 0)
        let answers = Mutex(0)
        let identities = ReaderIdentities { _ in
            let number = answers.withLock { count in
                count += 1
                return count
            }
            if number == 1 { mayAnswer.wait() }
            defer { answers.withLock { $0 += 10 } }
            return ReaderIdentity(serialNumber: "\(number)", port: nil)
        }
        identities.update(["A"]) { _ in true }
        identities.update([]) { _ in true }
        identities.update(["A"]) { _ in true }
        #expect(identities["A"].serialNumber == "2")
        mayAnswer.signal()
        try await eventually("both have answered") { answers.withLock { $0 } == 22 }
        #expect(identities["A"].serialNumber == "2")
    }
}
