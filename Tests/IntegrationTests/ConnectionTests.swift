import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// How often a terminal comes to its hub, and over which connections.
    @Suite struct ConnectionTests {
        private static let account = "2026010001"

        @Test("taps shake no hands, and after a break the next hands are shaken before a tap", .timeLimit(.minutes(15)))
        func keptAlive() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000094")
                await campus.terminal.stop()
                let port = try LocalPorts.free()
                let relay = try CountingRelay(port: port, to: campus.hub.tlsPort)
                defer { relay.stop() }
                // Whether a slow machine's hub answers in time is not what is tested.
                try campus.changeHub { _ in "{url: \"https://127.0.0.1:\(port)\", budget: 5s}" }
                try await campus.terminal.start()
                try await campus.level()
                func tap() async throws {
                    #expect(try await campus.tap(card, amount: Amount(fen: 10)).decidedBy == "online")
                }
                for _ in 0..<3 { try await tap() }
                let before = relay.count
                for _ in 0..<20 { try await tap() }
                // One for the delivery, one for the payment, one that stands by: each may have come to be only now.
                #expect(relay.count - before <= 3, "\(relay.count - before) handshakes for 20 sales")

                // The connections end while nobody pays. Polls find it; the tap finds new ones.
                let standing = relay.count
                relay.cut()
                try await eventually("the terminal has come back by itself") { relay.count > standing }
                try await campus.level()
                try await tap()
                try await campus.requireAgreement()
            }
        }

        @Test(
            "a hub in trouble is left in peace for as long as it asks, sales or not, and then gets everything",
            .timeLimit(.minutes(15)))
        func retryAfter() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000095")
                try await campus.level()
                await campus.terminal.stop()
                await campus.hub.stop()
                // Over loopback without TLS, so that somebody else can answer at the hub's port.
                try campus.changeHub { _ in
                    """
                    {url: "http://127.0.0.1:\(campus.hub.port)", secret_file: "\(campus.paths.terminalSecret)"}
                    """
                }
                let asked = Duration.seconds(3)
                let busy = try BusyHub(port: campus.hub.port, retryAfterMilliseconds: 3000)
                func tries() -> [BusyHub.Visit] { busy.all.filter { $0.path == "/v1/journals" } }
                do {
                    try await campus.terminal.start()
                    try await campus.terminal.wait("the failure is shown", within: .seconds(60)) {
                        $0.hub.failure?.hasPrefix("E4190") == true
                    }
                    #expect(try await !campus.terminal.client.status().hub.alarm, "no person is needed")
                    // Every sale wakes the delivery; its hold is refused, and the terminal decides alone.
                    var sold = 0
                    while tries().count < 4 {
                        let sale = try await campus.tap(card, amount: Amount(fen: 10))
                        #expect(sale.decidedBy == "offline", "\(sale)")
                        sold += 1
                    }
                    #expect(sold > 0)
                    let visits = tries()
                    for (visit, next) in zip(visits, visits.dropFirst()) {
                        #expect(next.came - visit.answered >= asked, "the terminal came too early")
                    }
                    // A person may ask all the same.
                    let result = try await campus.till("sync")
                    #expect(result.status == 1)
                    #expect(result.output.contains("E4190"), "\(result.output)")
                    #expect(tries().count > visits.count)
                } catch {
                    busy.stop()
                    throw error
                }
                busy.stop()
                try await eventually("the port is free") { !LocalPorts.isListening(campus.hub.port) }
                try await campus.hub.start()
                try await campus.requireAgreement()
                #expect(try await campus.terminal.client.status().journal.unsentCount == 0)
            }
        }
    }
}
