import HubProtocol
import Payments

/// The order in which a terminal and the hub come level: register, deliver all records, fetch all changes, wait.
///
/// One event in, one action out; single flight by construction. A refusal that more sending cannot cure raises an
/// alarm and is tried again slowly: the records stay where they are (promise 11).
package struct SyncMachine: Sendable {
    package enum Event: Sendable {
        /// Start, the end of a wait, a new record, or an operator who wants it now.
        case awake
        case registered
        /// There was nothing to send.
        case nothingUnsent
        /// A batch is at the hub, which wants this pause before the next.
        case delivered(pause: Duration)
        case changesApplied(more: Bool)
        case failed(SyncFailure)
    }

    package enum Action: Sendable, Equatable {
        case register
        case deliver
        case fetchChanges
        /// Level with the hub: wait for the next record or the poll interval.
        case rest
        /// Wait that long before the next batch, whatever comes meanwhile: the hub has others to serve.
        case pause(Duration)
        /// Wait before the next try; `attempt` counts failures in a row from 1. The hub wants `atLeast` of peace first,
        /// whatever comes meanwhile.
        case backOff(attempt: Int, atLeast: Duration)
        /// Nothing to do for this event.
        case none
    }

    private enum Step: Equatable {
        case waiting, registering, delivering, pausing, fetching
    }

    private var step = Step.waiting
    private var isRegistered = false
    private var failures = 0

    package init() {}

    package mutating func receive(_ event: Event) -> Action {
        switch (step, event) {
        case (.waiting, .awake):
            return isRegistered ? enter(.delivering, .deliver) : enter(.registering, .register)
        case (.registering, .registered):
            isRegistered = true
            return enter(.delivering, .deliver)
        case (.delivering, .delivered(let pause)):
            failures = 0
            return pause > .zero ? enter(.pausing, .pause(pause)) : .deliver
        case (.pausing, .awake): return enter(.delivering, .deliver)
        case (.delivering, .nothingUnsent):
            return enter(.fetching, .fetchChanges)
        case (.fetching, .changesApplied(more: true)):
            failures = 0
            return .fetchChanges
        case (.fetching, .changesApplied(more: false)):
            failures = 0
            return enter(.waiting, .rest)
        case (_, .failed(let failure)):
            failures += 1
            if failure.needsRegistration { isRegistered = false }
            return enter(.waiting, .backOff(attempt: failures, atLeast: failure.retryAfter ?? .zero))
        default:
            return .none
        }
    }

    private mutating func enter(_ next: Step, _ action: Action) -> Action {
        step = next
        return action
    }
}

/// Why a sync step failed, in the terms that operators see.
package struct SyncFailure: Sendable, Hashable {
    package var number: Int
    package var message: String
    /// The hub and the terminal do not agree on history, or the terminal is not accepted: a person must look.
    package var isAlarm: Bool
    package var needsRegistration: Bool
    /// Shortest wait before the next try, where the hub named one.
    package var retryAfter: Duration?

    package init(_ error: HubError) {
        retryAfter = error.retryAfter
        number = error.number
        message = error.message
        switch error.code {
        case .refused(let refusal, _):
            isAlarm = refusal != .hubFault
            needsRegistration =
                refusal == .journalUnknown || refusal == .unauthenticated || refusal.contestsJournal
        case .unreachable, .timedOut, .answerMalformed, .refusedOtherwise:
            isAlarm = false
            needsRegistration = false
        }
    }

    package init(_ error: LedgerError) {
        number = error.number
        message = error.message
        isAlarm = true
        needsRegistration = false
    }
}

extension HubRefusal {
    /// Whether the hub says that this journal is written elsewhere too: two histories of one journal can give one
    /// transaction id to two sales (promise 2).
    package var contestsJournal: Bool {
        switch self {
        case .journalForked, .terminalCloned, .contentChanged, .transactionReused: true
        default: false
        }
    }
}
