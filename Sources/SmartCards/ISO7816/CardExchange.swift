/// One command with everything that a card needs to answer it: GET RESPONSE after 61xx, the command again after 6Cxx
/// unless it may come only once.
package struct CardExchange: Sendable, Hashable {
    /// What comes next.
    package enum Step: Sendable, Equatable {
        case transmit(CommandAPDU)
        /// The whole answer; its status is not 61xx, and 6Cxx only for a command that is not repeated.
        case complete(ResponseAPDU)
        case malformed(CardDataError)
    }

    /// Follow-ups before the card is given up. A purse answer has at most two parts, and each may need its Le
    /// corrected once.
    package static let followUpMaximum = 4

    private var current: CommandAPDU
    private let isRepeatable: Bool
    private var collected: [UInt8] = []
    private var followUps = 0

    /// - Parameters:
    ///   - command: what goes to the card first.
    ///   - isRepeatable: false for a command that a card may count although it answers 6Cxx: a PIN, a load.
    package init(_ command: CommandAPDU, isRepeatable: Bool = true) {
        current = command
        self.isRepeatable = isRepeatable
    }

    /// Whether the card answered at least once with 61xx or 6Cxx.
    package var hadFollowUp: Bool { followUps > 0 }

    /// Takes the card's answer to the command, or to the last follow-up.
    package mutating func receive(_ bytes: [UInt8]) -> Step {
        let answer: ResponseAPDU
        do throws(CardDataError) { answer = try ResponseAPDU(decoding: bytes) } catch { return .malformed(error) }
        let next: CommandAPDU
        if let count = answer.status.moreDataCount {
            collected += answer.data
            next = GeneralCommand.getResponse(count)
        } else if let length = answer.status.wantedLength, isRepeatable || hadFollowUp {
            next = current.expecting(length)
        } else {
            collected += answer.data
            guard collected.count <= 256 else { return .malformed(CardDataError(.answerTooLong)) }
            return .complete(ResponseAPDU(data: collected, status: answer.status))
        }
        followUps += 1
        guard followUps <= Self.followUpMaximum else { return .malformed(CardDataError(.answerInTooManyParts)) }
        current = next
        return .transmit(next)
    }
}
