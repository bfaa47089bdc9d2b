/// The protocol that reader and card speak (ISO 7816-3), as far as commands look different in it.
package enum TransmissionProtocol: Sendable, Hashable {
    /// Character oriented: most secure modules and contact cards.
    case t0
    /// Block oriented; also what readers report for contactless cards.
    case t1

    /// The one that the smart-card service takes of those that a card offers: T=1 wherever it can.
    ///
    /// - Parameter answerToReset: one that cannot be read counts as T=1, in which commands stay as they are.
    package init(offeredIn answerToReset: [UInt8]) {
        do throws(AnswerToReset.Flaw) {
            self = try AnswerToReset(decoding: answerToReset).protocols.contains(1) ? .t1 : .t0
        } catch {
            self = .t1
        }
    }

    /// A short command as it goes to the card.
    ///
    /// With T=0 a command has either data or an expected length, never both (ISO 7816-3 section 12.2): the answer to
    /// one with data waits behind 61xx for GET RESPONSE, so its expected length is left out.
    package func bytes(of command: [UInt8]) -> [UInt8] {
        guard self == .t0, command.count > 6, command[4] > 0, command.count == 6 + Int(command[4]) else {
            return command
        }
        return Array(command.dropLast())
    }
}
