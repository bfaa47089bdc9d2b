import HubProtocol
import Payments

/// Tells a restart of a terminal's program from a restored image of its disk and from a second machine (promise 5).
/// Pure.
///
/// Every opening of a journal counts up a number in the journal's own file and draws an instance at random. A restart
/// has the next number and everything that was there before. An image that was put back has a number that was used
/// already, or lacks records. Two machines on one journal show when the one that was superseded goes on writing: what a
/// program has sent was on its disk before, so on one machine the next program began with all of it. A message of a
/// superseded program that says nothing newer came late over the network, and proves nothing.
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
        /// A run that has ended since; its message was on its way for long.
        case late
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
        if let place = known.lastIndex(where: { $0.session.instance == claim.session.instance }) {
            return verdict(through: claim.head.sequence, superseded: place)
        }
        if let stored, stored != claim.head.hash {
            return .forked("its record \(claim.head.sequence) is another than the one stored here")
        }
        if let next = known.first(where: { $0.session.number >= claim.session.number }) {
            // The start before that one, whose registration never came through, may arrive after it.
            guard next.session.number > claim.session.number, claim.head.sequence <= next.head.sequence else {
                return .forked("it starts for the time number \(claim.session.number) again")
            }
            return .late
        }
        if claim.head.sequence < acknowledged.sequence {
            return .forked("it ends with record \(claim.head.sequence)")
        }
        guard let last = known.last else { return .new }
        if claim.head.sequence < last.head.sequence {
            return .forked("it ends with record \(claim.head.sequence), and had \(last.head.sequence) before")
        }
        return .new
    }

    /// Whether a batch comes from the run that registered last.
    ///
    /// - Parameter last: sequence number of the batch's last record.
    /// - Returns: `nil` for a run that never registered.
    package func verdict(_ session: TerminalSession, through last: UInt64) -> Verdict? {
        if known.last?.session.instance == session.instance { return .current }
        return known.lastIndex { $0.session.instance == session.instance }.map {
            verdict(through: last, superseded: $0)
        }
    }

    /// What it means that the run at `place` has records up to `last`, where another run came after it.
    private func verdict(through last: UInt64, superseded place: Int) -> Verdict {
        last <= known[place + 1].head.sequence ? .late : .cloned
    }
}
