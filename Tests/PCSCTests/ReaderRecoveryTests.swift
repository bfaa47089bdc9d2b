import Devices
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

extension RealService {
    /// What a lane's reader does when the service or the reader itself goes away.
    @Suite(.serialized) struct ReaderRecoveryTests {
        private let select: [UInt8] = [0x00, 0xA4, 0x04, 0x00]

        @Test("promise 14: a killed and restarted service is noticed, and the reader comes back by itself")
        func serviceRestarts() async throws {
            try await withReader { reader, log, pcscd in
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                _ = try await reader.transmit(select)
                await pcscd.kill()
                try await log.waitForLast(.gone(.serviceUnavailable))
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) }
                        == .serviceUnavailable)
                #expect(
                    await code { () throws(CardReaderError) in try await reader.connect() } == .serviceUnavailable)
                card.leave()
                try await pcscd.start()
                try await log.waitForLast(.available)
                let next = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(try await reader.transmit(select) == TestCard.success)
                next.leave()
            }
        }

        @Test("a context from before a restart that nobody noticed on the card's thread is replaced")
        func staleContext() async throws {
            try await withReader { reader, log, pcscd in
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                await reader.disconnect(.powerOff)
                card.leave()
                try await pcscd.restart()
                try await log.waitForLast(.available)
                let next = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                #expect(try await reader.transmit(select) == TestCard.success)
                next.leave()
            }
        }

        @Test("a service that is not there yet is waited for, with a card in its reader when it comes")
        func serviceComesLater() async throws {
            let pcscd = try await SharedPcscd.running()
            await pcscd.stop()
            let monitor = PCSCReaderMonitor()
            let reader = PCSCCardReader(name: "lane1", matching: ReaderNamePattern("Virtual*00"), monitor: monitor)
            let log = EventLog(reader)
            try await log.waitForLast(.gone(.serviceUnavailable))
            #expect(await code { () throws(CardReaderError) in try await reader.connect() } == .serviceUnavailable)
            try await pcscd.start()
            let card = try TestCard(port: pcscd.port)
            try await log.waitForLast(.tapped)
            #expect(log.events == [.gone(.serviceUnavailable), .available, .tapped])
            try await reader.connect()
            card.leave()
            await reader.close()
            await monitor.close()
        }

        @Test("a reader that is unplugged and plugged in again comes back by itself")
        func readerGoneAndBack() async throws {
            try await withReader { reader, log, pcscd in
                try await log.waitForLast(.available)
                try await pcscd.restart(withReaders: false)
                try await log.waitForLast(.gone(.readerUnavailable))
                #expect(
                    await code { () throws(CardReaderError) in try await reader.connect() } == .readerUnavailable)
                try await pcscd.restart()
                try await log.waitForLast(.available)
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                card.leave()
            }
        }

        @Test("a service that hangs does not hang the lane, and is used again when it goes on")
        func serviceHangs() async throws {
            try await withReader(exchangeTimeout: .milliseconds(300)) { reader, log, pcscd in
                let card = try TestCard(port: pcscd.port)
                try await log.waitForLast(.tapped)
                try await reader.connect()
                pcscd.setFrozen(true)
                #expect(
                    await code { () throws(CardReaderError) in _ = try await reader.transmit(select) } == .timedOut)
                pcscd.setFrozen(false)
                try await eventually("the service is used again") {
                    await code { () throws(CardReaderError) in try await reader.connect() } == nil
                }
                #expect(try await reader.transmit(select) == TestCard.success)
                card.leave()
            }
        }
    }
}
