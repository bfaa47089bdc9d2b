import Foundation
import Hub
import HubProtocol
import Payments
import Terminal

/// The line between one terminal and the hub: messages are lost, late, doubled and overtaken, and sometimes there is
/// no line at all. Messages travel as the bytes of the real protocol.
@SimulationActor final class SimulatedNetwork {
    /// Why there was no answer.
    enum Failure: Error {
        case unreachable
        case timedOut
    }

    private let timeline: Timeline
    private let hub: CampusHub
    private let faults: Set<FaultKind>
    private let maximums: [FaultKind: Int]
    private var random: SeededRandom
    /// Until when there is no line.
    private var cutUntil = Duration.zero
    /// Whether a line that is cut swallows messages rather than refusing them.
    private var isSilent = false
    private var isHealed = false
    /// Messages that got lost, were late, or came twice.
    private(set) var committed: [FaultKind: Int] = [:]

    init(
        timeline: Timeline, hub: CampusHub, faults: Set<FaultKind>, maximums: [FaultKind: Int], random: SeededRandom
    ) {
        self.maximums = maximums
        self.timeline = timeline
        self.hub = hub
        self.faults = faults
        self.random = random
    }

    /// No line for so long.
    func cut(for duration: Duration) {
        cutUntil = max(cutUntil, timeline.now + duration)
        isSilent = random.chance(50)
    }

    /// From now on every message arrives at once.
    func heal() {
        isHealed = true
        cutUntil = .zero
    }

    /// What happens to one exchange.
    private struct Fate {
        var isLostOnTheWay = false
        var isAnswerLost = false
        var there: Duration
        var back: Duration
        /// When the same request comes again, after it came first.
        var again: Duration?
    }

    private func fate() -> Fate {
        var fate = Fate(there: random.milliseconds(in: 2...30), back: random.milliseconds(in: 2...30))
        let draws = (0..<4).map { _ in random.number(in: 0...99) }
        let late = random.milliseconds(in: 100...20_000)
        let again = random.milliseconds(in: 1...600_000)
        guard !isHealed else { return fate }
        if draws[0] < 12, commits(.loss) {
            if draws[0] < 5 { fate.isLostOnTheWay = true } else { fate.isAnswerLost = true }
        }
        if draws[1] < 12, commits(.delay) {
            if draws[2] < 50 { fate.there = late } else { fate.back = late }
        }
        if draws[3] < 10, commits(.duplicate) { fate.again = again }
        return fate
    }

    /// Whether one more fault of a kind happens, and counts it.
    private func commits(_ fault: FaultKind) -> Bool {
        guard faults.contains(fault), committed[fault] ?? 0 < maximums[fault] ?? .max else { return false }
        committed[fault, default: 0] += 1
        return true
    }

    /// One request and its answer, waiting at most `limit`.
    func exchange(
        _ method: InProcessHub.Method, _ path: String, _ body: Data?, authorization: String, limit: Duration
    ) async throws(Failure) -> CampusHub.Answer {
        if timeline.now < cutUntil {
            await timeline.pause(isSilent ? limit : .milliseconds(3))
            throw isSilent ? .timedOut : .unreachable
        }
        let fate = fate()
        if let again = fate.again {
            deliver(after: fate.there + again, method, path, body, authorization)
        }
        guard !fate.isLostOnTheWay else {
            await timeline.pause(limit)
            throw .timedOut
        }
        guard fate.there < limit else {
            deliver(after: fate.there, method, path, body, authorization)
            await timeline.pause(limit)
            throw .timedOut
        }
        await timeline.pause(fate.there)
        guard let answer = await hub.ask(.terminals, method, path, body: body, authorization: authorization) else {
            throw .unreachable
        }
        observe(path, answer)
        let rest = limit - fate.there
        guard !fate.isAnswerLost, fate.back < rest else {
            await timeline.pause(rest)
            throw .timedOut
        }
        await timeline.pause(fate.back)
        return answer
    }

    /// A request that nobody waits for any more.
    private func deliver(
        after delay: Duration, _ method: InProcessHub.Method, _ path: String, _ body: Data?, _ authorization: String
    ) {
        timeline.schedule(after: delay) { [self] in
            let answer = await hub.ask(.terminals, method, path, body: body, authorization: authorization)
            if let answer { observe(path, answer) }
        }
    }

    /// Called with every answer that the hub gave, arrived or not.
    var answered: @SimulationActor (_ path: String, CampusHub.Answer) -> Void = { _, _ in }

    private func observe(_ path: String, _ answer: CampusHub.Answer) {
        if answer.status == 200 { answered(path, answer) }
    }
}
