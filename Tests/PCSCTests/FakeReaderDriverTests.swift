import Devices
import Foundation
import PCSC
import SmartCards
import Terminal
import TestSupport
import Testing

/// A reader with habits that the virtual one lacks, on a real pcscd of its own, in a process of its own: the library
/// keeps to the first pcscd that a process talks to.
@Suite(.timeLimit(.minutes(15)), .enabled(if: FakeReaderDriver.compiler != nil, "needs a C compiler"))
struct FakeReaderDriverTests {
    @Test("a reader is found by the serial number and by the port that its driver gives")
    func identity() async throws {
        await #expect(processExitsWith: .success) {
            try await withFakeReader { driver in
                for text in ["serial:RR553-0042", "port:1-1.2", "port:1-1.2 *PICC*"] {
                    let monitor = PCSCReaderMonitor(sysfs: driver.sysfs)
                    let reader = PCSCCardReader(
                        name: "lane1", matching: try #require(ReaderSelector(text)), monitor: monitor)
                    try await EventLog(reader).waitForLast(.available)
                    let entry = try #require(monitor.inventory().first)
                    #expect(entry.name == FakeReaderDriver.readerName && entry.user == "lane1")
                    #expect(
                        entry.identity
                            == ReaderIdentity(
                                serialNumber: FakeReaderDriver.serialNumber, port: FakeReaderDriver.port))
                    #expect(entry.quirks.model == "ACS ACR1252U")
                    await reader.close()
                    await monitor.close()
                }
            }
        }
    }

    @Test("a driver's own number for escapes is asked for, and the lights get what the table says")
    func lights() async throws {
        await #expect(processExitsWith: .success) {
            try await withFakeReader { driver in
                let monitor = PCSCReaderMonitor()
                let reader = PCSCCardReader(name: "lane1", matching: ReaderNamePattern("ACS*"), monitor: monitor)
                try await EventLog(reader).waitForLast(.available)
                reader.signal(.accepted)
                try await eventually("green and a beep") { driver.escapes == ["E00000290102", "E0000028010A"] }
                reader.signal(.idle)
                try await eventually("the lights are off") { driver.escapes.last == "E00000290100" }
                #expect(driver.escapes.count == 3)
                await reader.close()
                await monitor.close()
            }
        }
    }

    @Test("trap: a reader that stops answering while it is waited for is missed, and comes back by itself")
    func stopsAnswering() async throws {
        await #expect(processExitsWith: .success) {
            try await withFakeReader { driver in
                let monitor = PCSCReaderMonitor(sysfs: driver.sysfs)
                let reader = PCSCCardReader(
                    name: "lane1", matching: try #require(ReaderSelector("port:1-1.2")), monitor: monitor)
                let log = EventLog(reader)
                try await log.waitForLast(.available)
                try driver.setBroken(true)
                try await log.waitForLast(.gone(.readerUnavailable))
                #expect(
                    await code { () throws(CardReaderError) in try await reader.connect() } == .readerUnavailable)
                try driver.setBroken(false)
                try await log.waitForLast(.available)
                await reader.close()
                await monitor.close()
            }
        }
    }

    @Test("trap: a card that gives no answer to reset, or two that drown each other out, is told as that")
    func muteCard() async throws {
        await #expect(processExitsWith: .success) {
            try await withFakeReader { driver in
                let monitor = PCSCReaderMonitor()
                let reader = PCSCCardReader(name: "lane1", matching: ReaderNamePattern("ACS*"), monitor: monitor)
                let log = EventLog(reader)
                try await log.waitForLast(.available)
                try driver.setMuteCard(true)
                try await log.waitForLast(.available, .inserted(answerToReset: []))
                for _ in 0..<2 {
                    #expect(
                        await code { () throws(CardReaderError) in try await reader.connect() } == .unresponsiveCard)
                }
                try driver.setMuteCard(false)
                try await log.waitForLast(.removed)
                #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .noCard)
                await reader.close()
                await monitor.close()
            }
        }
    }

    @Test("trap: with as many readers as the service takes, one wait too many is never asked of it")
    func fullService() async throws {
        await #expect(processExitsWith: .success) {
            try await withFakeReader(slots: 16) { driver in
                try await eventually("the service has its 16 readers") {
                    do {
                        return try await onThread { try ResourceManager().readerNames() }.count == 16
                    } catch is PCSCError {
                        return false
                    }
                }
                let monitor = PCSCReaderMonitor()
                let reader = PCSCCardReader(name: "lane1", matching: ReaderNamePattern("ACS* 00 00"), monitor: monitor)
                let log = EventLog(reader)
                try await log.waitForLast(.available)
                #expect(monitor.inventory().count == ResourceManager.maximumWatchedReaders)
                try driver.setMuteCard(true)
                try await log.waitForLast(.inserted(answerToReset: []))
                await reader.close()
                await monitor.close()
            }
        }
    }
}

/// Runs `body` with the fake reader in this process.
private func withFakeReader(slots: Int = 1, _ body: (FakeReaderDriver) async throws -> Void) async throws {
    let folder = try TemporaryDirectory()
    let driver = try await FakeReaderDriver(
        folder: folder.path, compiler: try #require(FakeReaderDriver.compiler), slots: slots)
    try await body(driver)
    await driver.stop()
}
