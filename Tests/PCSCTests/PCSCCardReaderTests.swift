import Devices
import Foundation
import PCSC
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

extension RealService {
    @Suite(.serialized) struct PCSCCardReaderTests {
        private let first = PcscdInstance.readerNames[0]
        private let second = PcscdInstance.readerNames[1]
        private let select: [UInt8] = [0x00, 0xA4, 0x04, 0x00]

        @Test("a tap is insertion, exchange and removal")
        func tap() async throws {
            try await withReader { reader, log, pcscd in
                try await log.waitForLast(.available)
                let card = try TestCard(port: pcscd.port) { .answer(Array($0.reversed()) + TestCard.success) }
                try await log.waitForLast(.available, .tapped)
                try await reader.connect()
                #expect(try await reader.transmit([1, 2, 3, 4]) == [4, 3, 2, 1, 0x90, 0x00])
                await reader.disconnect(.powerOff)
                card.leave()
                try await log.waitForLast(.tapped, .removed)
                #expect(log.events == [.available, .tapped, .removed])
            }
        }

        @Test("a card that is there at the start is reported as inserted")
        func presentAtStart() async throws {
            let pcscd = try await SharedPcscd.running()
            let card = try TestCard(port: pcscd.port)
            try await withReader { reader, log, _ in
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(try await reader.transmit(select) == TestCard.success)
                card.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test(
            "the second tap works after a first that was let go in either way",
            arguments: [CardDisposition.powerOff, .leave])
        func secondTap(_ disposition: CardDisposition) async throws {
            try await withReader { reader, log, pcscd in
                for _ in 0..<2 {
                    let card = try TestCard(port: pcscd.port)
                    try await log.waitForLast(.tapped)
                    for _ in 0..<2 {
                        try await reader.connect()
                        #expect(try await reader.transmit(select) == TestCard.success)
                        await reader.disconnect(disposition)
                    }
                    card.leave()
                    try await log.waitForLast(.removed)
                }
            }
        }

        @Test("without a card, and without a connection, there is an error and no wait")
        func noCard() async throws {
            try await withReader { reader, log, _ in
                try await log.waitForLast(.available)
                #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .noCard)
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) } == .noCard)
                await reader.disconnect(.leave)
            }
        }

        @Test("a card pulled between exchanges is noticed by exchange and event; the next tap works")
        func pulledBetween() async throws {
            try await withReader { reader, log, pcscd in
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                _ = try await reader.transmit(select)
                card.leave()
                try await log.waitForLast(.removed)
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) } == .cardRemoved)
                await reader.disconnect(.powerOff)
                let next = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(try await reader.transmit(select) == TestCard.success)
                next.leave()
            }
        }

        @Test("a card pulled inside an exchange is a communication error, never an empty success")
        func pulledInside() async throws {
            try await withReader { reader, log, pcscd in
                _ = try TestCard(port: pcscd.port) { _ in .leave }
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) }
                        == .communication)
                await reader.disconnect(.powerOff)
                try await log.waitForLast(.removed)
                let next = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(try await reader.transmit(select) == TestCard.success)
                next.leave()
            }
        }

        @Test("promise 7: a card put back at once after a tear, too fast for the service to see, works again")
        func tornAndPutBack() async throws {
            try await withReader { reader, log, pcscd in
                _ = try TestCard(port: pcscd.port) { _ in .leave }
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) }
                        == .communication)
                let again = try TestCard(port: pcscd.port)
                await reader.disconnect(.powerOff)
                try await eventually("the card can be used again") {
                    await code { () throws(CardReaderError) in try await reader.connect() } == nil
                }
                #expect(try await reader.transmit(select) == TestCard.success)
                again.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test("an answer shorter than a status word is a communication error")
        func shortAnswer() async throws {
            try await withReader { reader, log, pcscd in
                let card = try TestCard(port: pcscd.port) { _ in .answer([0x90]) }
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) }
                        == .communication)
                card.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test("promise 14: a card that never answers is given up while the other reader goes on")
        func neverAnswers() async throws {
            try await withMonitoredReader(exchangeTimeout: .milliseconds(700)) { reader, log, pcscd, monitor in
                let other = PCSCCardReader(name: "lane2", matching: ReaderNamePattern(second), monitor: monitor)
                let otherLog = EventLog(other)
                let mute = try TestCard(port: pcscd.port) { _ in .silence }
                let well = try TestCard(port: pcscd.secondPort)
                try await log.waitForLast(.tapped)
                try await otherLog.waitForLast(.tapped)
                try await reader.connect()
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) } == .timedOut)
                // The old call still holds the reader: no second thread may be lost on it.
                #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .timedOut)
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) } == .timedOut)
                await reader.disconnect(.powerOff)
                try await other.connect()
                #expect(try await other.transmit(select) == TestCard.success)
                await other.disconnect(.powerOff)
                well.leave()
                try await otherLog.waitForLast(.removed)

                mute.leave()
                try await log.waitForLast(.removed)
                let next = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await eventually("the old call has returned") {
                    await code { () throws(CardReaderError) in try await reader.connect() } == nil
                }
                #expect(try await reader.transmit(select) == TestCard.success)
                next.leave()
                await other.close()
            }
        }

        @Test("a slow card is waited for")
        func slowCard() async throws {
            try await withReader { reader, log, pcscd in
                let mayAnswer = DispatchSemaphore(value: 0)
                let wasAsked = Mutex(false)
                let card = try TestCard(port: pcscd.port) { _ in
                    wasAsked.withLock { $0 = true }
                    mayAnswer.wait()
                    return .answer(TestCard.success)
                }
                try await log.waitForLast(.tapped)
                try await reader.connect()
                async let answer = reader.transmit(select)
                try await eventually("the card has the command") { wasAsked.withLock { $0 } }
                mayAnswer.signal()
                #expect(try await answer == TestCard.success)
                card.leave()
            }
        }

        @Test("a reader that another program holds is in use, until that lets go")
        func inUse() async throws {
            try await withReader { reader, log, pcscd in
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                let name = first
                let mayEnd = DispatchSemaphore(value: 0)
                let isHeld = Mutex(false)
                async let holder: Void = onThread {
                    let service = try ResourceManager()
                    let handle = try service.connect(to: name)
                    isHeld.withLock { $0 = true }
                    mayEnd.wait()
                    try handle.disconnect(.leave)
                }
                try await eventually("the other has the reader") { isHeld.withLock { $0 } }
                #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .readerInUse)
                mayEnd.signal()
                try await holder
                try await reader.connect()
                #expect(try await reader.transmit(select) == TestCard.success)
                card.leave()
            }
        }

        @Test("while the lane has the card, another program is kept out")
        func keepsOthersOut() async throws {
            try await withReader { reader, log, pcscd in
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                let folder = try TemporaryDirectory()
                let tool = ServiceProcess(
                    executable: "/usr/bin/opensc-tool", arguments: ["--reader", "0", "--send-apdu", "00A40000"],
                    environment: pcscd.environment, logFile: folder.file("opensc.log"))
                try await tool.start()
                #expect(try await tool.waitForExit(within: .seconds(20)) != .exited(0))
                #expect(tool.logTail().contains("in use by another application"))
                #expect(try await reader.transmit(select) == TestCard.success)
                card.leave()
            }
        }

        @Test("two readers work at once through one monitor, and each hears of its own cards only")
        func twoReaders() async throws {
            let pcscd = try await SharedPcscd.running()
            let monitor = PCSCReaderMonitor()
            let pattern = ReaderNamePattern("Virtual PCD*")
            let readers = [
                PCSCCardReader(name: "lane1", matching: pattern, monitor: monitor),
                PCSCCardReader(name: "lane2", matching: pattern, monitor: monitor),
            ]
            let logs = readers.map { EventLog($0) }
            for log in logs { try await log.waitForLast(.available) }
            let card = try TestCard(port: pcscd.secondPort) { _ in .answer([0x02, 0x90, 0x00]) }
            try await logs[1].waitForLast(.tapped)
            #expect(logs[0].events == [.available])
            let another = try TestCard(port: pcscd.port) { _ in .answer([0x01, 0x90, 0x00]) }
            try await logs[0].waitForLast(.tapped)
            for reader in readers { try await reader.connect() }
            let command = select
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, reader) in readers.enumerated() {
                    group.addTask {
                        for _ in 0..<50 {
                            let answer = try await reader.transmit(command)
                            #expect(answer == [UInt8(index + 1), 0x90, 0x00])
                        }
                    }
                }
                try await group.waitForAll()
            }
            card.leave()
            another.leave()
            for reader in readers { await reader.close() }
            await monitor.close()
        }

        @Test("a closed reader has no events and takes no calls")
        func closed() async throws {
            let pcscd = try await SharedPcscd.running()
            let monitor = PCSCReaderMonitor()
            let reader = PCSCCardReader(name: "lane1", matching: ReaderNamePattern(first), monitor: monitor)
            let log = EventLog(reader)
            try await log.waitForLast(.available)
            await reader.close()
            try await eventually("the events end") { log.hasEnded }
            let card = try TestCard(port: pcscd.port)
            #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .readerUnavailable)
            await reader.close()
            await monitor.close()
            card.leave()
            #expect(log.events == [.available])
        }

        @Test("readers that come and go, and many taps, leave no context behind")
        func noLeak() async throws {
            let pcscd = try await SharedPcscd.running()
            for _ in 0..<20 {
                try await withReader { _, log, _ in try await log.waitForLast(.available) }
            }
            try await withReader { reader, log, pcscd in
                for round in 0..<6 {
                    let card = try TestCard(port: pcscd.port) { round % 2 == 0 ? .answer(Array($0)) : .leave }
                    try await log.waitForLast(.tapped)
                    for _ in 0..<(round % 2 == 0 ? 50 : 1) {
                        try await reader.connect()
                        _ = await code { () throws(CardReaderError) in _ = try await reader.transmit(select) }
                        if round % 3 != 0 { await reader.disconnect(.powerOff) }
                    }
                    card.leave()
                    try await log.waitForLast(.removed)
                }
                // The monitor's and the reader's own.
                try await eventually("two contexts are left") { try pcscd.connectionCount() == 2 }
            }
            try await eventually("all contexts are released") { try pcscd.connectionCount() == 0 }
        }
    }
}
