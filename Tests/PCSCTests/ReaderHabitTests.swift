import Devices
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

extension RealService {
    /// What one model does and another does not: lights, late removals, short messages. The virtual reader plays them.
    @Suite(.serialized) struct ReaderHabitTests {
        private let select: [UInt8] = [0x00, 0xA4, 0x04, 0x00]
        private let loadKey: [UInt8] = [0xFF, 0x82, 0x00, 0x00, 0x06, 1, 2, 3, 4, 5, 6]
        private let getIdentifier: [UInt8] = [0xFF, 0xCA, 0x00, 0x00, 0x00]

        private func withModel(
            _ quirks: ReaderQuirks, exchangeTimeout: Duration = .seconds(5),
            _ body: (PCSCCardReader, EventLog, PcscdInstance) async throws -> Void
        ) async throws {
            try await withReader(exchangeTimeout: exchangeTimeout, quirks: { _ in quirks }, body)
        }

        private func light(_ signal: ReaderSignal) -> [UInt8] {
            ReaderFeedback.acr122.commands(for: signal).first ?? []
        }

        @Test("a signal between sessions reaches the reader; one inside a session waits for its end, the last counts")
        func lights() async throws {
            try await withModel(ReaderQuirks("lights", names: "*", feedback: .acr122)) { reader, log, pcscd in
                let seen = Mutex<[[UInt8]]>([])
                let card = try TestCard(port: pcscd.port) { command in
                    seen.withLock { $0.append(command) }
                    return .answer(TestCard.success)
                }
                try await log.waitForLast(.tapped)
                reader.signal(.accepted)
                try await eventually("green") { seen.withLock { $0 } == [light(.accepted)] }
                try await reader.connect()
                reader.signal(.presentAgain)
                _ = try await reader.transmit(select)
                reader.signal(.refused)
                _ = try await reader.transmit(select)
                #expect(seen.withLock { $0 } == [light(.accepted), select, select])
                await reader.disconnect(.powerOff)
                try await eventually("red") { seen.withLock { $0 }.count == 4 }
                #expect(seen.withLock { $0 }.last == light(.refused))
                try await reader.connect()
                _ = try await reader.transmit(select)
                await reader.disconnect(.powerOff)
                #expect(seen.withLock { $0 }.count == 5, "it is shown once")
                card.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test(
            "a reader that answers to a signal with nothing has still shown it", arguments: [[], [0x90]] as [[UInt8]])
        func emptyAnswer(_ answer: [UInt8]) async throws {
            try await withModel(ReaderQuirks("lights", names: "*", feedback: .acr122)) { reader, log, pcscd in
                let seen = Mutex<[[UInt8]]>([])
                let card = try TestCard(port: pcscd.port) { command in
                    seen.withLock { $0.append(command) }
                    // For vpcd a message without bytes is no answer; leaving is what the service reports as one.
                    return answer.isEmpty ? .leave : .answer(answer)
                }
                try await log.waitForLast(.tapped)
                reader.signal(.accepted)
                try await eventually("green") { seen.withLock { $0 }.count == 1 }
                card.leave()
                try await log.waitForLast(.removed)
                let next = try TestCard(port: pcscd.port) { command in
                    seen.withLock { $0.append(command) }
                    return .answer(TestCard.success)
                }
                try await log.waitForLast(.tapped)
                reader.signal(.refused)
                try await eventually("red") { seen.withLock { $0 }.last == light(.refused) }
                next.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test("a driver that knows no escapes is asked in vain, with and without a card, and no sale fails of it")
        func noEscape() async throws {
            try await withModel(ReaderQuirks("lights", names: "*", feedback: .acsRedFirst)) { reader, log, pcscd in
                try await log.waitForLast(.available)
                reader.signal(.idle)
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                for signal in ReaderSignal.allCases {
                    reader.signal(signal)
                    try await reader.connect()
                    #expect(try await reader.transmit(select) == TestCard.success)
                    await reader.disconnect(.powerOff)
                }
                card.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test("promise 14: lights that hang are given up until the reader comes anew; the next card is served")
        func lightsHang() async throws {
            let quirks = ReaderQuirks("lights", names: "*", feedback: .acr122)
            try await withModel(quirks, exchangeTimeout: .milliseconds(500)) { reader, log, pcscd in
                let hung = Mutex(0)
                let reply: @Sendable ([UInt8]) -> TestCard.Reply = { command in
                    guard command.first == 0xFF else { return .answer(TestCard.success) }
                    hung.withLock { $0 += 1 }
                    return .silence
                }
                let card = try TestCard(port: pcscd.port, reply: reply)
                try await log.waitForLast(.tapped)
                reader.signal(.accepted)
                try await eventually("the reader hangs") { hung.withLock { $0 } == 1 }
                try await eventually("the lane is told") {
                    await code { () throws(CardReaderError) in try await reader.connect() } == .timedOut
                }
                card.leave()
                try await log.waitForLast(.removed)
                let next = try TestCard(port: pcscd.port, reply: reply)
                try await log.waitForLast(.tapped)
                reader.signal(.refused)
                try await eventually("the next card is served") {
                    await code { () throws(CardReaderError) in try await reader.connect() } == nil
                }
                #expect(try await reader.transmit(select) == TestCard.success)
                await reader.disconnect(.powerOff)
                #expect(hung.withLock { $0 } == 1)
                next.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test("after LOAD KEY a reader that is slow to notice a removal is asked for the card until it has gone")
        func lateRemoval() async throws {
            try await withModel(ReaderQuirks("slow", names: "*", needsRemovalPolling: true)) { reader, log, pcscd in
                let seen = Mutex<[[UInt8]]>([])
                let asked = { seen.withLock { $0.count { $0 == getIdentifier } } }
                let card = try TestCard(port: pcscd.port) { command in
                    seen.withLock { $0.append(command) }
                    return .answer(TestCard.success)
                }
                try await log.waitForLast(.tapped)
                try await reader.connect()
                _ = try await reader.transmit(loadKey)
                #expect(asked() == 0)
                await reader.disconnect(.powerOff)
                try await eventually("the reader is asked twice") { asked() >= 2 }
                try await reader.connect()
                let before = asked()
                for _ in 0..<20 { #expect(try await reader.transmit(select) == TestCard.success) }
                #expect(asked() == before, "nothing comes between the exchanges of a session")
                await reader.disconnect(.powerOff)
                try await eventually("the asking goes on") { asked() > before }
                card.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test("without LOAD KEY, or with another model, nobody asks", arguments: [true, false])
        func noLateRemoval(isSlowModel: Bool) async throws {
            let quirks = ReaderQuirks("model", names: "*", needsRemovalPolling: isSlowModel)
            try await withMonitoredReader(quirks: { _ in quirks }) { reader, log, pcscd, monitor in
                let neighbour = PCSCCardReader(
                    name: "lane2", matching: ReaderNamePattern(PcscdInstance.readerNames[1]), monitor: monitor)
                let neighbourLog = EventLog(neighbour)
                let seen = Mutex<[[UInt8]]>([])
                let command = isSlowModel ? select : loadKey
                let card = try TestCard(port: pcscd.port) { command in
                    seen.withLock { $0.append(command) }
                    return .answer(TestCard.success)
                }
                try await log.waitForLast(.tapped)
                try await reader.connect()
                _ = try await reader.transmit(command)
                await reader.disconnect(.powerOff)
                // Another reader's whole tap takes longer than the asking's interval.
                let other = try TestCard(port: pcscd.secondPort)
                try await neighbourLog.waitForLast(.tapped)
                other.leave()
                try await neighbourLog.waitForLast(.removed)
                await neighbour.close()
                #expect(seen.withLock { $0 } == [command])
                card.leave()
                try await log.waitForLast(.removed)
            }
        }

        @Test("a command that is too long for the reader is an error and is never sent")
        func longCommand() async throws {
            try await withModel(ReaderQuirks("short", names: "*", messageLengthMaximum: 30)) { reader, log, pcscd in
                let seen = Mutex<[Int]>([])
                let card = try TestCard(port: pcscd.port) { command in
                    seen.withLock { $0.append(command.count) }
                    return .answer(TestCard.success)
                }
                try await log.waitForLast(.tapped)
                try await reader.connect()
                let long = [UInt8](repeating: 0, count: 21)
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(long) } == .communication)
                _ = try await reader.transmit(Array(long.dropLast()))
                #expect(seen.withLock { $0 } == [20])
                card.leave()
                try await log.waitForLast(.removed)
            }
        }
    }
}
