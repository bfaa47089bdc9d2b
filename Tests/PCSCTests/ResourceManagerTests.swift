import Foundation
import PCSC
import Simulation
import Synchronization
import TestSupport
import Testing

extension RealService {
    /// The synchronous wrapper. Its calls block, so each test runs them on a thread of its own.
    @Suite(.serialized) struct ResourceManagerTests {
        private let first = PcscdInstance.readerNames[0]

        private func expectError<Value>(
            _ code: PCSCError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Value
        ) {
            do {
                _ = try body()
                Issue.record("no error", sourceLocation: sourceLocation)
            } catch {
                #expect((error as? PCSCError)?.code == code, "\(error)", sourceLocation: sourceLocation)
            }
        }

        @Test("lists the readers of the service")
        func lists() async throws {
            _ = try await SharedPcscd.running()
            let names = try await onThread { try ResourceManager().readerNames() }
            #expect(names == PcscdInstance.readerNames)
        }

        @Test("insertion and removal end the wait and are counted")
        func insertAndRemove() async throws {
            let pcscd = try await SharedPcscd.running()
            try await onThread {
                try waitForCard(false, in: first)
                let service = try ResourceManager()
                var states = [ReaderState(readerName: first), ReaderState.newReaders]
                #expect(try service.waitForChange(in: &states, timeout: .seconds(5)))
                #expect(!states[0].isCardPresent && states[0].answerToReset.isEmpty)
                let start = states[0].eventCount

                let card = try TestCard(port: pcscd.port)
                while !states[0].isCardPresent { _ = try service.waitForChange(in: &states, timeout: .seconds(5)) }
                #expect(states[0].answerToReset == TestCard.answerToReset)
                #expect(states[0].eventCount == start + 1)

                card.leave()
                while states[0].isCardPresent { _ = try service.waitForChange(in: &states, timeout: .seconds(5)) }
                #expect(states[0].eventCount == start + 2)
            }
        }

        @Test("a card that left and came back between two waits is seen by the event count")
        func retap() async throws {
            let pcscd = try await SharedPcscd.running()
            try await onThread {
                let card = try TestCard(port: pcscd.port)
                try waitForCard(true, in: first)
                let service = try ResourceManager()
                var states = [ReaderState(readerName: first)]
                _ = try service.waitForChange(in: &states, timeout: .seconds(5))
                let before = states[0]
                card.leave()
                try waitForCard(false, in: first)
                let again = try TestCard(port: pcscd.port)
                try waitForCard(true, in: first)
                #expect(try service.waitForChange(in: &states, timeout: .zero))
                #expect(states[0].isCardPresent)
                #expect(states[0].eventCount == before.eventCount + 2)
                again.leave()
                try waitForCard(false, in: first)
            }
        }

        @Test("a wait without a change ends in time and says so")
        func timeout() async throws {
            _ = try await SharedPcscd.running()
            try await onThread {
                let service = try ResourceManager()
                var states = [ReaderState(readerName: PcscdInstance.readerNames[1])]
                _ = try service.waitForChange(in: &states, timeout: .seconds(5))
                let known = states
                #expect(try !service.waitForChange(in: &states, timeout: .milliseconds(20)))
                #expect(states == known)
            }
        }

        @Test("names that the service does not know are an error")
        func unknownReader() async throws {
            _ = try await SharedPcscd.running()
            try await onThread {
                let service = try ResourceManager()
                var states = [ReaderState(readerName: "No such reader")]
                expectError(.unknownReader) { try service.waitForChange(in: &states, timeout: .seconds(1)) }
                expectError(.unknownReader) { _ = try service.connect(to: "No such reader") }
                expectError(.noSmartCard) { _ = try service.connect(to: PcscdInstance.readerNames[1]) }
            }
        }

        @Test("another thread ends a wait; a cancel without a wait, or after the context, does nothing")
        func cancel() async throws {
            _ = try await SharedPcscd.running()
            let published = Mutex<Canceller?>(nil)
            let isDone = Mutex(false)
            async let waiting: Void = onThread {
                let service = try ResourceManager()
                service.canceller.cancel()
                var states = [ReaderState(readerName: PcscdInstance.readerNames[1])]
                _ = try service.waitForChange(in: &states, timeout: .seconds(5))
                published.withLock { $0 = service.canceller }
                defer { isDone.withLock { $0 = true } }
                expectError(.cancelled) { try service.waitForChange(in: &states, timeout: .seconds(30)) }
                service.release()
            }
            try await eventually("the wait is cancelled") {
                published.withLock { $0 }?.cancel()
                return isDone.withLock { $0 }
            }
            try await waiting
            published.withLock { $0 }?.cancel()
        }

        @Test("commands and answers of every short length go through")
        func roundTrip() async throws {
            let pcscd = try await SharedPcscd.running()
            try await onThread {
                // Answers with as many bytes as P1 P2 say, then 9000.
                let card = try TestCard(port: pcscd.port) { command in
                    .answer([UInt8](repeating: 0xA5, count: Int(command[2]) << 8 | Int(command[3])) + TestCard.success)
                }
                defer { card.leave() }
                try waitForCard(true, in: first)
                let service = try ResourceManager()
                let handle = try service.connect(to: first)
                #expect(handle.activeProtocol == .t1)
                for length in [0, 1, 100, 255, 256] {
                    let command: [UInt8] = [0x00, 0xB0, UInt8(length >> 8), UInt8(length & 0xFF), 0x00]
                    #expect(try handle.transmit(command).count == length + 2)
                }
                let longest = [0x00, 0xD6, 0x00, 0x03, 0xFF] + [UInt8](repeating: 0x11, count: 255) + [0x00]
                #expect(longest.count == CardHandle.maximumCommandLength)
                #expect(try handle.transmit(longest) == [0xA5, 0xA5, 0xA5, 0x90, 0x00])
                // Longer than a short answer may be: an error, and the connection is in step afterwards.
                expectError(.insufficientBuffer) { try handle.transmit([0x00, 0xB0, 0x01, 0x01, 0x00]) }
                #expect(try handle.transmit([0x00, 0xB0, 0x00, 0x00, 0x00]) == TestCard.success)
                let status = try handle.status()
                #expect(status.readerName == first)
                #expect(status.answerToReset == TestCard.answerToReset)
                #expect(status.activeProtocol == .t1)
                try handle.disconnect(.powerOff)
            }
        }

        /// For vpcd a card that leaves inside the exchange has answered with no bytes. (A message of no bytes is no
        /// answer for it: it goes on waiting.)
        @Test("success with fewer than two bytes is an error", arguments: [TestCard.Reply.answer([0x90]), .leave])
        func shortAnswer(_ reply: TestCard.Reply) async throws {
            let pcscd = try await SharedPcscd.running()
            try await onThread {
                let card = try TestCard(port: pcscd.port) { _ in reply }
                defer { card.leave() }
                try waitForCard(true, in: first)
                let service = try ResourceManager()
                let handle = try service.connect(to: first)
                expectError(.shortAnswer) { try handle.transmit([0x00, 0xA4, 0x00, 0x00]) }
            }
        }

        @Test("a card that was pulled is reported as removed")
        func removed() async throws {
            let pcscd = try await SharedPcscd.running()
            try await onThread {
                let card = try TestCard(port: pcscd.port)
                try waitForCard(true, in: first)
                let service = try ResourceManager()
                let handle = try service.connect(to: first)
                #expect(try handle.transmit([0x00, 0xA4, 0x00, 0x00]) == TestCard.success)
                card.leave()
                try waitForCard(false, in: first)
                expectError(.removedCard) { try handle.transmit([0x00, 0xA4, 0x00, 0x00]) }
                expectError(.removedCard) { try handle.status() }
            }
        }

        @Test("exclusive keeps others out, shared lets them in, and a reset by one is seen by the other")
        func sharing() async throws {
            let pcscd = try await SharedPcscd.running()
            try await onThread {
                let card = try TestCard(port: pcscd.port)
                defer { card.leave() }
                try waitForCard(true, in: first)
                let one = try ResourceManager()
                let other = try ResourceManager()
                let alone = try one.connect(to: first)
                expectError(.sharingViolation) { _ = try other.connect(to: first, share: .shared) }
                try alone.disconnect(.leave)

                var handle = try one.connect(to: first, share: .shared)
                let second = try other.connect(to: first, share: .shared)
                try second.beginTransaction()
                try second.endTransaction(.reset)
                expectError(.resetCard) { try handle.transmit([0x00, 0xA4, 0x00, 0x00]) }
                try handle.reconnect(share: .shared)
                #expect(try handle.transmit([0x00, 0xA4, 0x00, 0x00]) == TestCard.success)
            }
        }

        @Test("a direct connection reaches the driver without a card")
        func direct() async throws {
            _ = try await SharedPcscd.running()
            try await onThread {
                let service = try ResourceManager()
                let handle = try service.connect(to: PcscdInstance.readerNames[1], share: .direct)
                // vpcd knows no control codes, and says so.
                expectError(.unsupportedFeature) { try handle.control(.features) }
                expectError(.unsupportedFeature) {
                    try handle.control(ControlCode(function: 1), [0xE0, 0x00, 0x00, 0x28, 0x01])
                }
            }
        }

        @Test("a service that dies ends the wait; the context is dead for good and a new one works")
        func serviceDies() async throws {
            let pcscd = try await SharedPcscd.running()
            let isWaiting = Mutex(false)
            async let waiting: Void = onThread {
                let service = try ResourceManager()
                var states = [ReaderState(readerName: PcscdInstance.readerNames[1])]
                _ = try service.waitForChange(in: &states, timeout: .seconds(5))
                isWaiting.withLock { $0 = true }
                do throws(PCSCError) {
                    _ = try service.waitForChange(in: &states, timeout: .seconds(30))
                    Issue.record("the wait outlived the service")
                } catch {
                    #expect(error.code.endsContext, "\(error)")
                }
                do throws(PCSCError) {
                    _ = try service.readerNames()
                    Issue.record("the context outlived the service")
                } catch {
                    #expect(error.code.endsContext, "\(error)")
                }
            }
            try await eventually("the wait begins") { isWaiting.withLock { $0 } }
            await pcscd.kill()
            try await waiting
            try await onThread { expectError(.noService) { _ = try ResourceManager() } }
            try await pcscd.start()
            let names = try await onThread { try ResourceManager().readerNames() }
            #expect(names == PcscdInstance.readerNames)
        }

        @Test("contexts and cards that go out of scope leave nothing behind in the service")
        func contextsAreReleased() async throws {
            let pcscd = try await SharedPcscd.running()
            let card = try TestCard(port: pcscd.port)
            let name = first
            try await onThread {
                try waitForCard(true, in: name)
                for _ in 0..<100 {
                    let service = try ResourceManager()
                    let handle = try service.connect(to: name)
                    _ = try handle.transmit([0x00, 0xA4, 0x00, 0x00])
                }
                let kept = try ResourceManager()
                #expect(try pcscd.connectionCount() >= 1)
                kept.release()
                card.leave()
                try waitForCard(false, in: name)
            }
            // The service closes its side a moment after ours.
            try await eventually("all contexts are released") { try pcscd.connectionCount() == 0 }
        }

        @Test("a call that is wrong in itself stops the process and says why")
        func misuse() async throws {
            _ = try await SharedPcscd.running()
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                let service = try ResourceManager()
                var states = [ReaderState](repeating: .newReaders, count: 17)
                _ = try service.waitForChange(in: &states, timeout: .zero)
            }
            let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
            #expect(text.contains("invariant violated: 17 readers in one wait"))
        }
    }
}
