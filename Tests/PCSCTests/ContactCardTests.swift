import Devices
import Payments
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

extension RealService {
    /// What goes over the wire to contact and contactless cards.
    @Suite(.serialized) struct ContactCardTests {
        /// INITIALIZE FOR PURCHASE: data and an expected length.
        private func initialize() throws -> CommandAPDU {
            PurseCommand.initializeForPurchase(
                keyIndex: 1, amount: 1, terminal: try #require(TerminalID(number: 1)))
        }

        @Test(
            "trap: over T=0 a command with data goes without Le, and a card that offers T=1 gets it",
            arguments: [
                ([0x3B, 0x00], false), ([0x3B, 0x80, 0x80, 0x01, 0x01], true), ([0x3B, 0x80, 0x01, 0x81], true),
            ] as [([UInt8], Bool)])
        func expectedLength(answerToReset: [UInt8], isSent: Bool) async throws {
            let initialize = try initialize()
            let seen = Mutex<[[UInt8]]>([])
            try await withReader { reader, log, pcscd in
                try await log.waitForLast(.available)
                let card = try TestCard(port: pcscd.port, answerToReset: answerToReset) { command in
                    seen.withLock { $0.append(command) }
                    return .answer(TestCard.success)
                }
                try await log.waitForLast(.inserted(answerToReset: answerToReset))
                try await reader.connect()
                for command in [initialize, PurseCommand.getBalance] {
                    _ = try await reader.transmit(command.bytes)
                }
                card.leave()
                try await log.waitForLast(.removed)
            }
            let bytes = initialize.bytes
            #expect(seen.withLock { $0 } == [isSent ? bytes : bytes.dropLast(), PurseCommand.getBalance.bytes])
        }
    }
}
