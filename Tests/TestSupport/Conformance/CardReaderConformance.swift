import SmartCards
import Synchronization
import Terminal
import Testing

/// A reader under test and the hand that lays cards on it.
package struct CardReaderBench: Sendable {
    package let reader: any CardReader
    /// Lays a card on the reader; it leaves after it has handled the exchange of that number, if one is given.
    package let insert: @Sendable (_ card: RecordingCard, _ leavingAfter: Int?) async throws -> Void
    /// Takes the card off the reader.
    package let remove: @Sendable () async -> Void

    package init(
        reader: any CardReader,
        insert: @escaping @Sendable (_ card: RecordingCard, _ leavingAfter: Int?) async throws -> Void,
        remove: @escaping @Sendable () async -> Void
    ) {
        self.reader = reader
        self.insert = insert
        self.remove = remove
    }
}

/// What a card for the conformance suite has seen, and what it says.
package final class RecordingCard: Sendable {
    private struct State {
        var commands: [[UInt8]] = []
        var activations = 0
    }

    private let state = Mutex(State())
    private let reply: @Sendable ([UInt8]) -> [UInt8]

    package init(reply: @escaping @Sendable ([UInt8]) -> [UInt8] = { Array($0.reversed()) + [0x90, 0x00] }) {
        self.reply = reply
    }

    package var commands: [[UInt8]] { state.withLock { $0.commands } }
    /// Times that the card was powered or reset.
    package var activations: Int { state.withLock { $0.activations } }

    package func activate() { state.withLock { $0.activations += 1 } }

    package func answer(to command: [UInt8]) -> [UInt8] {
        state.withLock { $0.commands.append(command) }
        return reply(command)
    }
}

/// What a reader has said, for one consumer.
private final class Events: Sendable {
    private let log = Mutex<[CardReaderEvent]>([])
    private let hasEndedFlag = Mutex(false)

    init(_ reader: any CardReader) {
        let events = reader.events
        Task {
            for await event in events { log.withLock { $0.append(event) } }
            hasEndedFlag.withLock { $0 = true }
        }
    }

    var all: [CardReaderEvent] { log.withLock { $0 } }
    var hasEnded: Bool { hasEndedFlag.withLock { $0 } }

    func wait(_ what: String, _ isLast: (CardReaderEvent?) -> Bool) async throws {
        try await eventually("\(what), of \(all)") { isLast(all.last) }
    }

    func waitForCard() async throws {
        try await wait("a card is inserted") { if case .inserted = $0 { true } else { false } }
    }
}

/// What every card reader promises, through its port only. `bench` is new: the reader is there and empty.
package func checkCardReader(_ bench: CardReaderBench) async throws {
    let reader = bench.reader
    let events = Events(reader)
    try await events.wait("the reader is there") { $0 == .available }
    try await checkEmpty(reader)
    try await checkTap(bench, events)
    try await checkSessions(bench, events)
    try await checkTornTap(bench, events)
    try await checkSignals(bench, events)
    for (before, after) in zip(events.all, events.all.dropFirst()) {
        #expect(before != after, "no event is sent twice in a row")
    }
    await reader.close()
    try await eventually("the events end") { events.hasEnded }
    #expect(await failure { () throws(CardReaderError) in try await reader.connect() } == .readerUnavailable)
    reader.signal(.accepted)
    await reader.disconnect(.powerOff)
    await reader.close()
}

private let command: [UInt8] = [0x00, 0xA4, 0x04, 0x00, 0x02, 0x3F, 0x00]

private func failure(_ body: () async throws(CardReaderError) -> Void) async -> CardReaderError.Code? {
    do throws(CardReaderError) {
        try await body()
        return nil
    } catch {
        return error.code
    }
}

private func transmitFailure(_ reader: any CardReader) async -> CardReaderError.Code? {
    await failure { () throws(CardReaderError) in _ = try await reader.transmit(command) }
}

private func checkEmpty(_ reader: any CardReader) async throws {
    #expect(await failure { () throws(CardReaderError) in try await reader.connect() } == .noCard)
    #expect(await transmitFailure(reader) == .noCard, "nothing is connected")
    await reader.disconnect(.leave)
    await reader.disconnect(.powerOff)
}

private func checkTap(_ bench: CardReaderBench, _ events: Events) async throws {
    let card = RecordingCard()
    try await bench.insert(card, nil)
    try await events.waitForCard()
    #expect(await transmitFailure(bench.reader) == .noCard, "a card that lies there is not connected yet")
    try await bench.reader.connect()
    #expect(try await bench.reader.transmit(command) == Array(command.reversed()) + [0x90, 0x00])
    #expect(card.commands == [command], "the card sees each command once, as it was sent")
    await bench.remove()
    try await events.wait("the removal is said") { $0 == .removed }
    #expect(await transmitFailure(bench.reader) == .cardRemoved)
    await bench.reader.disconnect(.powerOff)
    #expect(await failure { () throws(CardReaderError) in try await bench.reader.connect() } == .noCard)
}

private func checkSessions(_ bench: CardReaderBench, _ events: Events) async throws {
    let card = RecordingCard { $0 == [0x00, 0x01, 0x00, 0x00] ? [0x90] : [0x90, 0x00] }
    try await bench.insert(card, nil)
    try await events.waitForCard()
    try await bench.reader.connect()
    await bench.reader.disconnect(.powerOff)
    let first = card.activations
    try await bench.reader.connect()
    #expect(card.activations > first, "after power-off the card starts afresh")
    #expect(try await bench.reader.transmit(command) == [0x90, 0x00])
    // The service powers a card off that nobody connects to for half a second, which a busy machine may need.
    var goesOn = false
    for _ in 0..<20 where !goesOn {
        await bench.reader.disconnect(.leave)
        let second = card.activations
        try await bench.reader.connect()
        goesOn = card.activations == second
    }
    #expect(goesOn, "a card that was left goes on where it was")
    let short = await failure { () throws(CardReaderError) in
        _ = try await bench.reader.transmit([0x00, 0x01, 0x00, 0x00])
    }
    #expect(short == .communication, "an answer without a status word is never a success")
    await bench.reader.disconnect(.powerOff)
    await bench.remove()
    try await events.wait("the removal is said") { $0 == .removed }
}

private func checkTornTap(_ bench: CardReaderBench, _ events: Events) async throws {
    let card = RecordingCard()
    try await bench.insert(card, 2)
    try await events.waitForCard()
    try await bench.reader.connect()
    #expect(try await bench.reader.transmit(command).suffix(2) == [0x90, 0x00])
    let torn = await transmitFailure(bench.reader)
    #expect(torn == .communication || torn == .cardRemoved)
    #expect(card.commands.count == 2, "the card did it, and nobody knows")
    await bench.reader.disconnect(.powerOff)
    try await events.wait("the removal is said") { $0 == .removed }

    let next = RecordingCard()
    try await bench.insert(next, nil)
    try await events.waitForCard()
    try await bench.reader.connect()
    #expect(try await bench.reader.transmit(command).suffix(2) == [0x90, 0x00], "the next tap works")
    await bench.reader.disconnect(.powerOff)
    await bench.remove()
    try await events.wait("the removal is said") { $0 == .removed }
}

private func checkSignals(_ bench: CardReaderBench, _ events: Events) async throws {
    for signal in ReaderSignal.allCases { bench.reader.signal(signal) }
    let card = RecordingCard()
    try await bench.insert(card, nil)
    try await events.waitForCard()
    try await bench.reader.connect()
    let before = card.commands.count
    bench.reader.signal(.presentAgain)
    for _ in 0..<3 { _ = try await bench.reader.transmit(command) }
    #expect(card.commands.dropFirst(before) == [command, command, command], "no signal comes between exchanges")
    bench.reader.signal(.accepted)
    await bench.reader.disconnect(.powerOff)
    try await bench.reader.connect()
    #expect(try await bench.reader.transmit(command).suffix(2) == [0x90, 0x00], "a signal never fails a sale")
    await bench.reader.disconnect(.powerOff)
    await bench.remove()
    try await events.wait("the removal is said") { $0 == .removed }
}
