import HubProtocol
import Payments

/// Tells a restart of a terminal's program from a restored image of its disk and from a second machine (promise 5).
/// Pure.
///
/// Every opening of a journal counts up a number in the journal's own file and draws an instance at random. A restart
/// has the next number and everything that was there before. An image that was put back has a number that was used
/// already, or lacks records. Two machines on one journal show when the one speaks again after the other has taken its
/// place: no program that was superseded can ever come back on one machine.
package struct SessionReview: Sendable {
    /// A run that has registered.
    package struct Known: Sendable, Hashable {
        package var session: TerminalSession
        package var head: Acknowledgement

        package init(session: TerminalSession, head: Acknowledgement) {
            self.session = session
            self.head = head
        }
    }

    /// What a run of a terminal's program is.
    package enum Verdict: Sendable, Hashable {
        /// The run that registered last.
        case current
        /// A restart.
        case new
        /// The journal is behind, or beside, what was there before; the reason is for a person.
        case forked(String)
        /// A run that was superseded: two machines are working.
        case cloned
    }

    /// In the order in which they registered.
    package let known: [Known]
    package let acknowledged: Acknowledgement

    package init(known: [Known], acknowledged: Acknowledgement) {
        self.known = known
        self.acknowledged = acknowledged
    }

    /// - Parameter stored: the hub's hash at the claim's head; `nil` when the hub has no record there yet.
    package func verdict(_ claim: JournalClaim, stored: JournalHash?) -> Verdict {
        if known.last?.session.instance == claim.session.instance { return .current }
        if known.contains(where: { $0.session.instance == claim.session.instance }) { return .cloned }
        if let stored, stored != claim.head.hash {
            return .forked("its record \(claim.head.sequence) is another than the one stored here")
        }
        if claim.head.sequence < acknowledged.sequence {
            return .forked("it ends with record \(claim.head.sequence)")
        }
        guard let last = known.last else { return .new }
        if claim.head.sequence < last.head.sequence {
            return .forked("it ends with record \(claim.head.sequence), and had \(last.head.sequence) before")
        }
        if claim.session.number <= last.session.number {
            return .forked("it starts for the time number \(claim.session.number) again")
        }
        return .new
    }

    /// Whether a batch comes from the run that registered last.
    ///
    /// - Returns: `nil` for a run that never registered.
    package func verdict(_ session: TerminalSession) -> Verdict? {
        if known.last?.session.instance == session.instance { return .current }
        return known.contains { $0.session.instance == session.instance } ? .cloned : nil
    }
}
