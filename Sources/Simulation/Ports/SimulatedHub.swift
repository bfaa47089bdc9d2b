import HubProtocol
import Payments
import Synchronization
import Terminal

/// The hub in memory, as one terminal reaches it. It keeps the books by ``SimulatedHubBooks``; the way there can be
/// broken.
package final class SimulatedHub: HubGateway {
    /// How the hub, or the way to it, behaves until it is told otherwise.
    package enum Behaviour: Sendable, Equatable {
        case answering
        /// No connection. Nothing arrives.
        case unreachable
        /// Requests arrive nowhere and time out.
        case silent
        /// The hub does what it is asked; its answer comes when nobody waits for it any more.
        case answeringLate
        /// The hub answers with a fault and does nothing.
        case faulty
        /// The hub refuses every request that may be refused.
        case refusing(HubRefusal)
        /// As ``faulty``, and the hub wants to be left in peace for so long.
        case busy(retryAfter: Duration)
    }

    /// How often each call came, whether or not it arrived.
    package struct Calls: Sendable, Equatable {
        package var holds = 0
        package var loads = 0
        package var registrations = 0
        package var uploads = 0
        package var pages = 0
        package var snapshots = 0

        package init() {}
    }

    private struct State {
        var behaviour = Behaviour.answering
        var books: SimulatedHubBooks
        var calls = Calls()
        var lastHold: HoldRequest?
        var lastLoad: LoadHoldRequest?
        var proveLoad: LoadProof.Maker = { _ in LoadProof() }
    }

    /// Every call passes here before anything happens: a closed gate is a slow hub.
    package let gate: Gate
    private let clock: any TerminalClock
    private let state: Mutex<State>

    /// - Parameters:
    ///   - terminal: the one terminal that it knows.
    ///   - clock: the hub's own clock; its wall time is right.
    package init(terminal: TerminalID, clock: any TerminalClock, gate: Gate = Gate()) {
        self.clock = clock
        self.gate = gate
        state = Mutex(State(books: SimulatedHubBooks(terminal: terminal)))
    }

    package func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    package var calls: Calls { state.withLock { $0.calls } }

    /// The newest hold that was asked for, whether or not it arrived.
    package var lastHold: HoldRequest? { state.withLock { $0.lastHold } }

    /// The newest load that was asked for, whether or not it arrived.
    package var lastLoad: LoadHoldRequest? { state.withLock { $0.lastLoad } }

    /// How the hub proves to cards that a load is the issuer's; where it gives nothing, the card is not genuine. Until
    /// it is told, the hub gives a proof of zeros, which no card takes.
    package func proveLoads(_ proof: @escaping LoadProof.Maker) { state.withLock { $0.proveLoad = proof } }

    /// The books as they are now.
    package var books: SimulatedHubBooks { state.withLock { $0.books } }

    /// What the card office does.
    package func changeBooks(_ change: (inout SimulatedHubBooks) -> Void) { state.withLock { change(&$0.books) } }

    package func hold(_ request: HoldRequest, budget: Duration) async -> HubAnswer {
        state.withLock { state in
            state.calls.holds += 1
            state.lastHold = request
        }
        await gate.pass()
        let now = clock.wallTime()
        return state.withLock { state in
            switch state.behaviour {
            case .unreachable: return .none(.unreachable)
            case .silent: return .none(.timedOut)
            case .faulty, .refusing, .busy: return .none(.faulty)
            case .answeringLate:
                _ = state.books.hold(request, now: now)
                return .none(.timedOut)
            case .answering:
                return state.books.hold(request, now: now)?.hubAnswer(to: Amount(fen: request.amountFen))
                    ?? .none(.faulty)
            }
        }
    }

    package func load(_ request: LoadHoldRequest, budget: Duration) async -> LoadGrantAnswer {
        state.withLock { state in
            state.calls.loads += 1
            state.lastLoad = request
        }
        await gate.pass()
        let now = clock.wallTime()
        return state.withLock { state in
            let prove = state.proveLoad
            switch state.behaviour {
            case .unreachable: return .none(.unreachable)
            case .silent: return .none(.timedOut)
            case .faulty, .refusing, .busy: return .none(.faulty)
            case .answeringLate:
                _ = state.books.load(request, now: now, proof: prove)
                return .none(.timedOut)
            case .answering:
                guard let answer = state.books.load(request, now: now, proof: prove) else { return .none(.faulty) }
                if let grant = answer.grant { return .granted(grant) }
                return answer.reason.flatMap(DeclineReason.init(rawValue:)).map(LoadGrantAnswer.declined)
                    ?? .none(.faulty)
            }
        }
    }

    package func register(_ registration: JournalRegistration) async throws(HubError) -> AcknowledgementMessage {
        state.withLock { $0.calls.registrations += 1 }
        return try await arriving { books, now throws(HubError) in
            AcknowledgementMessage(
                acknowledged: try books.register(registration), hubKey: books.signingKey.verifyingKey, hubTime: now)
        }
    }

    package func upload(_ batch: BatchUpload) async throws(HubError) -> AcknowledgementMessage {
        state.withLock { $0.calls.uploads += 1 }
        return try await arriving { books, now throws(HubError) in
            AcknowledgementMessage(acknowledged: try books.take(batch), hubTime: now)
        }
    }

    package func changes(after cursor: UInt64, limit: Int) async throws(HubError) -> ChangesPage {
        state.withLock { $0.calls.pages += 1 }
        return try await arriving { books, now throws(HubError) in
            try books.changes(after: cursor, limit: limit, now: now)
        }
    }

    package func snapshot(after position: String?, limit: Int) async throws(HubError) -> SnapshotPage {
        state.withLock { $0.calls.snapshots += 1 }
        return try await arriving { books, now throws(HubError) in
            try books.snapshot(after: position, limit: limit, now: now)
        }
    }

    private func arriving<Answer: Sendable>(
        _ work: (inout SimulatedHubBooks, UnixTime) throws(HubError) -> Answer
    ) async throws(HubError) -> Answer {
        await gate.pass()
        let now = clock.wallTime()
        return try state.withLock { state throws(HubError) in
            switch state.behaviour {
            case .unreachable: throw HubError(.unreachable)
            case .silent: throw HubError(.timedOut)
            case .faulty: throw HubError(.refused(.hubFault, acknowledged: nil))
            case .refusing(let refusal): throw HubError(.refused(refusal, acknowledged: nil))
            case .busy(let time): throw HubError(.refused(.hubFault, acknowledged: nil), retryAfter: time)
            case .answeringLate:
                _ = try work(&state.books, now)
                throw HubError(.timedOut)
            case .answering: return try work(&state.books, now)
            }
        }
    }
}
