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

    /// `till-lab simulate --seed 300022 --terminals 4 --days 3 --sales 80
    /// --only-faults power,hub,tear,image,office,policy,load,correction,repetition,codeReuse`: a load lay between, too.
    @Test("the balance that it would have left, after several serials without a record, proves that it happened")
    mutating func taken() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        purse.offline += 2
        purse.balance -= 300
        let witness = try second.write(.approved, purse.pay(500, terminal: second.id))
        try await second.deliverAll()
        let move = try await hub.move(unknown.transaction)
        #expect(move.state == .happened)
        #expect(move.witness == witness.transaction)
        try await hub.requireSoundBooks()
    }

    @Test("what a gap had been taken to prove is taken back when a late record of the gap refutes it")
    mutating func refuted() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        // Another tap that only proved the card genuine, and then the same meal at another counter, which is offline.
        purse.offline += 1
        try second.write(.approved, purse.pay(300, terminal: second.id))
        let third = try await hub.terminal([first.merchant], journal: 0xC0C0_0003)
        try third.write(.approved, purse.pay(20, terminal: third.id))
        try await third.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .happened)
        try await second.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .didNotHappen)
        let summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees)
        #expect(summary.booksFen == 9680)
        try await hub.requireSoundBooks()
    }

    @Test("two unknown ones before serials without a record, either of which would explain the balance, prove nothing")
    mutating func rivals() async throws {
        let one = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        let other = try second.write(.unknown, purse.initialize(300, terminal: second.id))
        try await first.deliverAll()
        try await second.deliverAll()
        purse.offline += 2
        purse.balance -= 300
        let third = try await hub.terminal([first.merchant], journal: 0xC0C0_0003)
        try third.write(.approved, purse.pay(20, terminal: third.id))
        try await third.deliverAll()
        #expect(try await hub.move(one.transaction).state == .unknown)
        #expect(try await hub.move(other.transaction).state == .unknown)
        try await hub.requireSoundBooks()
    }

    @Test("a balance that neither outcome explains, after several serials without a record, proves nothing")
    mutating func unexplained() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        purse.offline += 2
        purse.balance -= 310
        try second.write(.approved, purse.pay(500, terminal: second.id))
        try await second.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .unknown)
        try await hub.requireSoundBooks()
    }
}
