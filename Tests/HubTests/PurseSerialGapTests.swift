import Hub
import HubProtocol
import Payments
import Testing

/// Found by the campus simulation: `till-lab simulate --seed 5036 --terminals 4 --days 2 --sales 100
/// --only-faults power,tear --events 578`.
@Suite("Serials that leave no record")
struct PurseSerialGapTests {
    let hub: HubFixture
    let first: TestTerminal
    let second: TestTerminal
    var purse: TestPurse

    init() async throws {
        hub = try await HubFixture.openWithPurses()
        let merchant = try await hub.merchant()
        first = try await hub.terminal([merchant])
        second = try await hub.terminal([merchant], journal: 0xB0B0_0002)
        purse = try TestPurse(balance: 10_000)
        try await hub.openPurse(purse)
    }

    @Test("the balance from before, after several serials without a record, proves that it did not happen")
    mutating func untouched() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        // Two taps that only proved the card genuine: each uses up a serial.
        purse.offline += 2
        let witness = try second.write(.approved, purse.pay(500, terminal: second.id))
        try await second.deliverAll()
        let move = try await hub.move(unknown.transaction)
        #expect(move.state == .didNotHappen)
        #expect(move.witness == witness.transaction)
        try await hub.requireSoundBooks()
    }

    @Test("a balance that is lower after several serials without a record proves nothing")
    mutating func touched() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        purse.offline += 2
        purse.balance -= 300
        try second.write(.approved, purse.pay(500, terminal: second.id))
        try await second.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .unknown)
        try await hub.requireSoundBooks()
    }
}
