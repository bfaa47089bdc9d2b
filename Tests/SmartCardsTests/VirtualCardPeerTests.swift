import Payments
import Simulation
import SmartCards
import Testing

@Suite("The virtual card on a virtual reader", .timeLimit(.minutes(15)))
struct VirtualCardPeerTests {
    static let identifierCommand: [UInt8] = [0xFF, 0xCA, 0x00, 0x00, 0x00]
    static let identifierAnswer: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0x90, 0x00]

    let reader: VirtualReader

    init() throws { reader = try VirtualReader() }

    private func peer(_ faults: [VirtualCardFault] = []) -> VirtualCardPeer {
        VirtualCardPeer(card: SimulatedIdentityCard(identifier: [1, 2, 3, 4]), port: reader.port, faults: faults)
    }

    /// Powers the card and sends it two commands.
    private func twoCommands() async -> [[UInt8]?] {
        await reader.withNextCard { slot in
            slot.powerOn()
            return [slot.exchange(Self.identifierCommand), slot.exchange(Self.identifierCommand)]
        }
    }

    @Test("a card is powered, asked for its ATR, commanded and removed")
    func session() async throws {
        let peer = peer()
        async let seen = reader.withNextCard { slot in
            let atr = slot.answerToReset()
            slot.powerOn()
            slot.reset()
            return [atr, slot.exchange(Self.identifierCommand)]
        }
        try await peer.insert()
        #expect(await seen == [SimulatedIdentityCard(identifier: []).answerToReset, Self.identifierAnswer])
        await peer.remove()
        #expect(!peer.isInserted && !peer.isPowered)
    }

    @Test("power off is seen, and power on again starts the card afresh")
    func powerCycle() async throws {
        let campus = try LabCampus()
        let peer = VirtualCardPeer(card: campus.card(), port: reader.port)
        let select = campus.profile.selectCommand.bytes
        let balance = PurseCommand.getBalance.bytes
        async let seen = reader.withNextCard { slot in
            slot.powerOn()
            _ = slot.exchange(select)
            let before = slot.exchange(balance)
            slot.powerOff()
            slot.powerOn()
            return [before, slot.exchange(balance)]
        }
        try await peer.insert()
        #expect(await seen == [[0, 0, 0x27, 0x10, 0x90, 0], [0x69, 0x85]])
        await peer.remove()
    }

    @Test("a card can be inserted again after it was removed")
    func again() async throws {
        let peer = peer()
        for _ in 0..<3 {
            async let answers = twoCommands()
            try await peer.insert()
            #expect(await answers == [Self.identifierAnswer, Self.identifierAnswer])
            await peer.remove()
        }
    }

    @Test(
        "a card that leaves before a command never sees it; one that leaves after has carried it out",
        arguments: [true, false])
    func leaves(isBefore: Bool) async throws {
        let peer = VirtualCardPeer(
            card: CountingCard(), port: reader.port,
            faults: [VirtualCardFault(at: 2, isBefore ? .leaveBeforeHandling : .leaveAfterHandling)])
        async let answers = twoCommands()
        try await peer.insert()
        #expect(await answers == [[0x01, 0x90, 0x00], nil])
        await peer.remove()
        #expect(peer.withCard { ($0 as? CountingCard)?.commands } == (isBefore ? 1 : 2))
    }

    @Test(
        "answers can be emptied, replaced, cut and delayed",
        arguments: [
            (VirtualCardFault.Effect.answer([]), [UInt8]()), (.answer([0x90]), [0x90]), (.truncate(3), [1, 2, 3]),
            (.delay(.milliseconds(20)), identifierAnswer),
        ])
    func altered(effect: VirtualCardFault.Effect, expected: [UInt8]) async throws {
        let peer = peer([VirtualCardFault(at: 1, effect)])
        async let answers = twoCommands()
        try await peer.insert()
        #expect(await answers == [expected, Self.identifierAnswer])
        await peer.remove()
    }

    @Test("faults can be planned anew between two insertions, and count from the insertion")
    func planned() async throws {
        let peer = peer()
        async let first = twoCommands()
        try await peer.insert()
        #expect(await first == [Self.identifierAnswer, Self.identifierAnswer])
        await peer.remove()
        peer.plan([VirtualCardFault(at: 2, .answer([0x6F, 0x00]))])
        async let second = twoCommands()
        try await peer.insert()
        #expect(await second == [Self.identifierAnswer, [0x6F, 0x00]])
        await peer.remove()
    }

    @Test("a reader that does not listen, lets go, or is not on this machine is an error")
    func unreachable() async throws {
        let closed = try VirtualReader().port
        await #expect(throws: VirtualCardPeerError.self) {
            try await VirtualCardPeer(card: CountingCard(), port: closed).insert()
        }
        await #expect(throws: VirtualCardPeerError.self) {
            try await VirtualCardPeer(card: CountingCard(), host: "192.0.2.1", port: 35963).insert()
        }
        let peer = peer()
        async let letGo: Void = reader.withNextCard { _ in }
        await #expect(throws: VirtualCardPeerError.self) { try await peer.insert() }
        await letGo
        #expect(!peer.isInserted)
    }

    @Test("a card that lies on a reader cannot be laid on it a second time")
    func twice() async throws {
        let peer = peer()
        async let held: Void = reader.withNextCard { slot in
            slot.powerOn()
            slot.waitForRemoval()
        }
        try await peer.insert()
        #expect(peer.isInserted && peer.isPowered)
        await #expect(throws: VirtualCardPeerError.self) { try await peer.insert() }
        #expect(peer.isInserted)
        await peer.remove()
        await held
    }

    @Test(
        "a reader that keeps asking and never powers the card has missed it: the insertion fails"
    )
    func missedInsertion() async throws {
        let reader = try VirtualReader()
        let peer = VirtualCardPeer(
            card: SimulatedIdentityCard(identifier: [4, 1, 2, 3]), port: reader.port, patience: .seconds(1))
        // On a busy machine the reader may come to its first question only when the card gives up: then again.
        for _ in 0..<20 {
            async let polls = reader.withNextCard { slot in
                var count = 0
                while slot.answerToReset() != nil { count += 1 }
                return count
            }
            await #expect(throws: VirtualCardPeerError.self) { try await peer.insert() }
            #expect(!peer.isInserted)
            if await polls > 1 { return }
        }
        Issue.record("the reader never asked twice")
    }

    @Test("removing a card that is not there does nothing")
    func removeNothing() async {
        await peer().remove()
    }
}

/// Answers every command with its count.
private struct CountingCard: VirtualCard {
    var commands: UInt8 = 0
    var answerToReset: [UInt8] { [0x3B, 0x80, 0x80, 0x01, 0x01] }
    mutating func powerOn() {}
    mutating func reset() {}
    mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        commands += 1
        return [commands, 0x90, 0x00]
    }
}
