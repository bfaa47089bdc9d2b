import Synchronization

#if DEBUG
import Glibc
#endif

/// The moments in the life of a payment at which a crash test ends the process, as SIGKILL or a power cut would.
///
/// Only a debug build can be told to: it ends itself at the Nth time of the point named in the environment,
/// `CAMPUS_TILL_CRASH=cardDebited:1`. In a release build reaching a point does nothing.
package enum CrashPoint: String, Sendable, CaseIterable {
    // The terminal, one payment.
    /// A trace number has been taken; nobody knows of it.
    case numberTaken
    /// The hub has answered about a hold; nothing is stored.
    case hubAnswered
    /// The record is written and not committed.
    case recordWritten
    /// The record is durable; nobody has seen the decision.
    case recordCommitted
    /// The intent to take a card's own money is durable; the card has not been asked.
    case intentCommitted
    /// The card has been asked for its money and has answered; no record yet.
    case cardDebited
    // The terminal, coming level with the hub.
    /// A batch is signed and not sent.
    case batchSigned
    /// The hub has a batch; the terminal has not noted it.
    case batchDelivered
    /// The acknowledgement is noted.
    case acknowledgementStored
    /// A page of changes has come and is not applied.
    case changesFetched
    /// A page of changes is applied.
    case changesApplied
    // The terminal, taking over a whole new replica.
    /// Some rows of a page are put aside, committed; more follow.
    case snapshotRowsWritten
    /// A whole page is put aside.
    case snapshotPageStaged
    /// The new tables have taken the place of the old ones, not yet committed.
    case snapshotInPlace
    /// The same, committed; what is in memory is still the old list.
    case snapshotInForce
    // The hub.
    /// A hold is durable; the terminal has no answer.
    case holdStored
    /// The writes of a group are done and not committed.
    case groupWritten
    /// A batch is durable; the terminal has no acknowledgement.
    case batchStored

    /// Whose process reaches the point.
    package enum Program: String, Sendable {
        case terminal, hub
    }

    package var program: Program {
        switch self {
        case .holdStored, .groupWritten, .batchStored: .hub
        default: .terminal
        }
    }

    /// The environment variable that names the point and the time: `recordWritten:3`.
    package static let variable = "CAMPUS_TILL_CRASH"

    /// Says that the moment is here.
    package func reach() {
        #if DEBUG
        CrashPlan.current?.reach(self)
        #endif
    }
}

#if DEBUG
/// What the environment asked for.
private final class CrashPlan: Sendable {
    static let current = CrashPlan()

    private let point: CrashPoint
    private let timesLeft: Atomic<Int>

    private init?() {
        guard let value = getenv(CrashPoint.variable) else { return nil }
        let parts = String(cString: value).split(separator: ":")
        guard parts.count == 2, let point = CrashPoint(rawValue: String(parts[0])), let times = Int(parts[1]),
            times > 0
        else { fatalError("\(CrashPoint.variable) is a point and a number, such as recordWritten:1") }
        self.point = point
        timesLeft = Atomic(times)
    }

    func reach(_ reached: CrashPoint) {
        guard reached == point, timesLeft.subtract(1, ordering: .relaxed).newValue == 0 else { return }
        kill(getpid(), SIGKILL)
        // The signal ends the process before anything more is done.
        while true { pause() }
    }
}
#endif
