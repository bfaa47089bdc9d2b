import CPCSC
import Devices
import Foundation
import Glibc
import PCSC
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

extension RealService {
    /// Traps of the real service that no other suite steps into. All of them: ``ReaderTrap``.
    @Suite(.serialized) struct ReaderTrapTests {
        private let first = PcscdInstance.readerNames[0]
        private let select: [UInt8] = [0x00, 0xA4, 0x04, 0x00]

        @Test("trap: a cancel that comes before the wait is lost")
        func lostCancel() async throws {
            _ = try await SharedPcscd.running()
            let name = first
            try await onThread {
                let service = try ResourceManager()
                var states = [ReaderState(readerName: name)]
                _ = try service.waitForChange(in: &states, timeout: .seconds(5))
                service.canceller.cancel()
                #expect(try !service.waitForChange(in: &states, timeout: .milliseconds(30)), "the wait was not ended")
            }
        }

        @Test("trap: a monitor ends at whatever moment it is closed, although a cancel may come too early")
        func closedAtAnyMoment() async throws {
            let pcscd = try await SharedPcscd.running()
            for round in 0..<40 {
                let monitor = PCSCReaderMonitor()
                if round % 4 == 0 { try await eventually("it watches") { !monitor.inventory().isEmpty } }
                for _ in 0..<round { await Task.yield() }
                await monitor.close()
            }
            try await eventually("all contexts are released") { try pcscd.connectionCount() == 0 }
        }

        @Test("trap: after a restart the service's library calls a dead context valid")
        func deadContextLooksValid() async throws {
            let pcscd = try await SharedPcscd.running()
            var context: SCARDCONTEXT = 0
            #expect(SCardEstablishContext(DWORD(SCARD_SCOPE_SYSTEM), nil, nil, &context) == LONG(SCARD_S_SUCCESS))
            defer { _ = SCardReleaseContext(context) }
            try await pcscd.restart()
            #expect(SCardIsValidContext(context) == LONG(SCARD_S_SUCCESS), "the trap itself")
            var length: DWORD = 0
            #expect(SCardListReaders(context, nil, nil, &length) != LONG(SCARD_S_SUCCESS), "and yet it is dead")
        }

        @Test("trap: a service that was killed leaves its socket behind; the reader says so and comes back")
        func staleSocket() async throws {
            try await withReader { reader, log, pcscd in
                try await log.waitForLast(.available)
                await pcscd.kill()
                #expect(FileManager.default.fileExists(atPath: pcscd.socketPath), "the trap itself")
                try await log.waitForLast(.gone(.serviceUnavailable))
                #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .serviceUnavailable)
                try await pcscd.start()
                try await log.waitForLast(.available)
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(try await reader.transmit(select) == TestCard.success)
                card.leave()
            }
        }

        @Test("trap: a service without readers is no error, and the wait for new ones ends in time")
        func noReaders() async throws {
            let pcscd = try await SharedPcscd.running()
            try await pcscd.restart(withReaders: false)
            try await onThread {
                let service = try ResourceManager()
                #expect(try service.readerNames().isEmpty)
                var states = [ReaderState.newReaders]
                #expect(try !service.waitForChange(in: &states, timeout: .milliseconds(30)))
                var none: [ReaderState] = []
                _ = try service.waitForChange(in: &none, timeout: .milliseconds(30))
            }
            let monitor = PCSCReaderMonitor()
            let reader = PCSCCardReader(name: "lane1", matching: ReaderNamePattern("*"), monitor: monitor)
            let log = EventLog(reader)
            try await log.waitForLast(.gone(.readerUnavailable))
            #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .readerUnavailable)
            #expect(monitor.inventory().isEmpty)
            try await pcscd.restart()
            try await log.waitForLast(.available)
            await reader.close()
            await monitor.close()
        }

        @Test("trap: one reader that has gone makes the whole wait fail; the others are watched on")
        func goneReaderInWait() async throws {
            let pcscd = try await SharedPcscd.running()
            let name = first
            try await onThread {
                let service = try ResourceManager()
                var states = [ReaderState(readerName: name), ReaderState(readerName: "Gone 00 00")]
                do throws(PCSCError) {
                    _ = try service.waitForChange(in: &states, timeout: .seconds(1))
                    Issue.record("the unknown reader was accepted")
                } catch {
                    #expect(error.code == .unknownReader)
                }
                #expect(!states[0].isKnown, "the answer about the other reader is lost with it")
                // What the monitor does: list again, drop what is not there.
                let names = try service.readerNames()
                states = states.filter { names.contains($0.readerName) }
                let card = try TestCard(port: pcscd.port)
                while !states[0].isCardPresent { _ = try service.waitForChange(in: &states, timeout: .seconds(5)) }
                card.leave()
                try waitForCard(false, in: name)
            }
        }

        @Test("trap: another process holds the reader; the lane is told, and recovers when it is let go")
        func heldByProcess() async throws {
            let quirks = ReaderQuirks("lights", names: "*", feedback: .acsRedFirst)
            try await withReader(quirks: { _ in quirks }) { reader, log, pcscd in
                let folder = try TemporaryDirectory()
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                async let holder: ExitTest.Result? = hold(folder.path)
                try await eventually("the other process has the reader") {
                    FileManager.default.fileExists(atPath: folder.file("held"))
                }
                #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .readerInUse)
                reader.signal(.presentAgain)
                #expect(FileManager.default.createFile(atPath: folder.file("let-go"), contents: nil))
                try await eventually("the lane has the reader") {
                    await code { () throws(CardReaderError) in try await reader.connect() } == nil
                }
                #expect(try await reader.transmit(select) == TestCard.success)
                _ = await holder
                card.leave()
                try await log.waitForLast(.removed)
            }
        }

        /// A process of its own that keeps the first reader until there is a file `let-go`.
        private func hold(_ folder: String) async -> ExitTest.Result? {
            await #expect(processExitsWith: .success) { [folder = folder as String] in
                let service = try ResourceManager()
                let handle = try service.connect(to: PcscdInstance.readerNames[0])
                guard FileManager.default.createFile(atPath: folder + "/held", contents: nil) else { exit(2) }
                try await eventually("it may let go") { access(folder + "/let-go", F_OK) == 0 }
                try handle.disconnect(.leave)
            }
        }

        @Test("trap: the service powers off a card that nobody asks; the lane that asks later finds it powered")
        func poweredOff() async throws {
            try await withReader { reader, log, pcscd in
                let peer = VirtualCardPeer(
                    card: SimulatedIdentityCard(identifier: [1, 2, 3, 4]), port: pcscd.port)
                try await peer.insert()
                try await eventually("the service has powered the card off") { !peer.isPowered }
                try await reader.connect()
                #expect(peer.isPowered)
                #expect(try await reader.transmit([0xFF, 0xCA, 0x00, 0x00, 0x00]) == [1, 2, 3, 4, 0x90, 0x00])
                await reader.disconnect(.powerOff)
                await peer.remove()
                try await log.waitForLast(.removed)
            }
        }
    }
}
