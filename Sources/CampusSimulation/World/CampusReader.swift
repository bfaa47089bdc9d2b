import Payments
import Simulation
import SmartCards
import Synchronization
import Terminal

/// The card reader of one tap in virtual time: an exchange takes some milliseconds, and the card may leave at one.
@SimulationActor final class CampusReader {
    private let timeline: Timeline
    private let student: Student
    private var tear: Incident.Tear?
    private var exchanges = 0
    private var hasLeft = false
    /// Whether the terminal is still there.
    private let isAlive: @SimulationActor @Sendable () -> Bool

    init(
        timeline: Timeline, student: Student, tear: Incident.Tear?,
        isAlive: @escaping @SimulationActor @Sendable () -> Bool
    ) {
        self.timeline = timeline
        self.student = student
        self.tear = tear
        self.isAlive = isAlive
    }

    /// The reader as the terminal sees it.
    nonisolated var port: any CardReader { Port(reader: self) }

    /// Whether the card was taken away in the middle.
    var wasTorn: Bool { hasLeft }

    private func connect() throws(CardReaderError) {
        guard isAlive(), !hasLeft else { throw CardReaderError(.noCard, detail: "connect") }
        student.purse.powerOn()
    }

    private func transmit(_ command: [UInt8]) async throws(CardReaderError) -> [UInt8] {
        await timeline.pause(.milliseconds(8))
        guard isAlive(), !hasLeft else { throw CardReaderError(.cardRemoved, detail: "transmit") }
        exchanges += 1
        guard let tear, tear.exchange == exchanges else { return student.purse.transmit(command) }
        if tear.isHandled { _ = student.purse.transmit(command) }
        hasLeft = true
        throw CardReaderError(.cardRemoved, detail: "torn")
    }

    private struct Port: CardReader {
        let reader: CampusReader
        let name = "simulated"
        let valueDialect: ValueDialect? = nil
        var events: AsyncStream<CardReaderEvent> { AsyncStream { $0.finish() } }

        func connect() async throws(CardReaderError) { try await reader.connect() }
        func transmit(_ command: [UInt8]) async throws(CardReaderError) -> [UInt8] {
            try await reader.transmit(command)
        }
        func disconnect(_ disposition: CardDisposition) async {}
        func signal(_ signal: ReaderSignal) {}
        func close() async {}
    }
}
