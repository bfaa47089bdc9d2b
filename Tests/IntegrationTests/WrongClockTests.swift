import ControlClient
import ControlProtocol
import Foundation
import HubProtocol
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// Terminals without a battery behind their clock, and clocks that somebody moves.
    @Suite struct WrongClockTests {
        private static let account = "2026010001"

        @Test(
            "a terminal that starts in 1970 reaches its hub, learns the time and renews, also when the clock jumps",
            .timeLimit(.minutes(15)))
        func wrongClock() async throws {
            try await withCampus(certificateLifetime: "20s") { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000098")
                try await campus.level()
                await campus.terminal.stop()
                let begin = Int64(Date().timeIntervalSince1970)
                let clock = try await FalseClock(offset: 60 - begin)
                try await campus.terminal.start(environment: clock.environment)
                try await campus.level()
                var status = try await campus.terminal.client.status()
                #expect(status.clockOffsetMilliseconds < -1_000_000_000_000, "the system clock is in 1970")
                #expect(status.timeMilliseconds >= begin * 1000, "the terminal goes by the hub's time")
                #expect(try await campus.till("status").output.contains("WARNING  the system clock is"))
                #expect(try await campus.tap(card, amount: Amount(fen: 10)).decidedBy == "online")

                // A year ahead, then behind again: no certificate ends before its time, and none lives longer.
                for offset in [366 * 86_400, -40 * 86_400] as [Int64] {
                    try clock.set(offset: offset)
                    let known = try #require(try await campus.hub.certificates(LabCampus.terminalID).first).serial
                    try await eventually("it renews at the hub's time, with the clock off by \(offset) s") {
                        try await campus.hub.certificates(LabCampus.terminalID).first?.serial != known
                    }
                    let sale = try await campus.tap(card, amount: Amount(fen: 10))
                    #expect(sale.decidedBy == "online", "\(sale)")
                    status = try await campus.terminal.client.status()
                    #expect(!status.hub.alarm, "\(status.hub)")
                }
                let end = Int64(Date().timeIntervalSince1970)
                for record in try await exported(campus).compactMap(\.record) {
                    let decided = record.decidedAt.seconds
                    #expect(decided >= begin - 600 && decided <= end + 5, "a record of another time: \(decided)")
                }
                try await campus.requireAgreement()
            }
        }
    }
}
