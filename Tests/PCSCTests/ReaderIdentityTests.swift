import Foundation
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

@testable import Devices

extension RealService {
    /// Lanes that name their readers, on the real service. The virtual readers have neither serial number nor port,
    /// so those are invented; asking them is not.
    @Suite(.serialized) struct ReaderIdentityTests {
        @Test("two lanes keep their readers of one model when the service gives the names the other way round")
        func noSwap() async throws {
            let pcscd = try await SharedPcscd.running()
            let isSwapped = Mutex(false)
            let monitor = PCSCReaderMonitor { name in
                let isFirst = (name == PcscdInstance.readerNames[0]) != isSwapped.withLock { $0 }
                return ReaderIdentity(serialNumber: isFirst ? "A" : "B", port: isFirst ? "1-1.1" : "1-1.2")
            }
            let selectors = [
                try #require(ReaderSelector("serial:A")), try #require(ReaderSelector("port:1-1.2 *PCD*")),
            ]
            let readers = selectors.enumerated().map { number, selector in
                PCSCCardReader(name: "lane\(number + 1)", matching: selector, monitor: monitor)
            }
            let logs = readers.map { EventLog($0) }
            for log in logs { try await log.waitForLast(.available) }
            #expect(monitor.inventory().map(\.user) == ["lane1", "lane2"])
            await pcscd.stop()
            isSwapped.withLock { $0 = true }
            try await pcscd.start()
            for log in logs { try await log.waitForLast(.gone(.serviceUnavailable), .available) }
            #expect(monitor.inventory().map(\.user) == ["lane2", "lane1"])
            let card = try TestCard(port: pcscd.secondPort)
            try await logs[0].waitForLast(.tapped)
            try await readers[0].connect()
            #expect(try await readers[0].transmit([0x00, 0xA4, 0x04, 0x00]) == TestCard.success)
            #expect(logs[1].events.last == .available)
            card.leave()
            for reader in readers { await reader.close() }
            await monitor.close()
        }

        @Test("the virtual readers are asked and say neither serial number nor port; the inventory has what is left")
        func inventory() async throws {
            _ = try await SharedPcscd.running()
            let monitor = PCSCReaderMonitor()
            let reader = PCSCCardReader(
                name: "lane1", matching: .named(ReaderNamePattern("*00 01")), monitor: monitor)
            try await EventLog(reader).waitForLast(.available)
            let entries = monitor.inventory()
            #expect(entries.map(\.name) == PcscdInstance.readerNames)
            #expect(entries.map(\.user) == [nil, "lane1"])
            #expect(entries.map(\.quirks.model) == ["Virtual PCD", "Virtual PCD"])
            for entry in entries {
                #expect(entry.identity == ReaderIdentity(serialNumber: nil, port: nil))
                #expect(entry.isWorking && !entry.hasCard)
            }
            await reader.close()
            #expect(monitor.inventory().map(\.user) == [nil, nil])
            await monitor.close()
        }

        @Test("a name that fits two readers is said once, with both; a device that fits two gets none")
        func ambiguity() async throws {
            _ = try await SharedPcscd.running()
            let notices = Mutex<[String]>([])
            let monitor = PCSCReaderMonitor { _ in
                ReaderIdentity(serialNumber: "A", port: nil)
            } notice: { ambiguity in
                notices.withLock { $0.append(ambiguity.description) }
            }
            let byName = PCSCCardReader(name: "lane1", matching: ReaderNamePattern("Virtual PCD*"), monitor: monitor)
            try await EventLog(byName).waitForLast(.available)
            let names = PcscdInstance.readerNames.joined(separator: ", ")
            try await eventually("it is said") { notices.withLock { $0 }.count == 1 }
            #expect(notices.withLock { $0 }.first?.hasPrefix("\"Virtual PCD*\" fits 2 readers: \(names)") == true)
            let bySerial = PCSCCardReader(
                name: "lane2", matching: try #require(ReaderSelector("serial:A")), monitor: monitor)
            try await EventLog(bySerial).waitForLast(.gone(.readerAmbiguous))
            #expect(notices.withLock { $0 }.count == 2)
            #expect(monitor.ambiguities().map(\.selector.description) == ["Virtual PCD*", "serial:A"])
            #expect(
                await code { () throws(CardReaderError) in try await bySerial.connect() } == .readerAmbiguous)
            await byName.close()
            await bySerial.close()
            await monitor.close()
        }
    }
}
