import HubProtocol
import Payments

/// What a terminal says of itself when it registers its journal.
package struct JournalClaim: Sendable, Hashable {
    package var session: TerminalSession
    /// The newest record that it has.
    package var head: Acknowledgement

    /// `nil` for a terminal from before there were sessions.
    ///
    /// - Throws: ``HubRefusalError`` when only half of it is there, or a value cannot be one.
    package init?(_ registration: JournalRegistration) throws(HubRefusalError) {
        switch (registration.session, registration.head) {
        case (nil, nil): return nil
        case (let session?, let head?):
            try session.check()
            guard head.sequence <= HubLimits.storableInteger else {
                throw HubRefusalError(.malformedRequest, "head.sequence: at most 2^63 - 1")
            }
            self.session = session
            self.head = head
        case (_?, nil): throw HubRefusalError(.malformedRequest, "head: needed with session")
        case (nil, _?): throw HubRefusalError(.malformedRequest, "session: needed with head")
        }
    }
}

extension TerminalSession {
    /// - Throws: ``HubRefusalError`` that names the wrong field.
    func check() throws(HubRefusalError) {
        guard (1...HubLimits.storableInteger).contains(number) else {
            throw HubRefusalError(.malformedRequest, "session.number: from 1 to 2^63 - 1")
        }
        guard instance.utf8.count == 16, Hex.decode(instance)?.count == 8 else {
            throw HubRefusalError(.malformedRequest, "session.instance: 16 hexadecimal digits")
        }
    }
}
