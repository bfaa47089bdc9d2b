import HubProtocol
import Payments

/// Issued payment codes and the keys that sign them.
package protocol CodeStore: Sendable {
    /// Puts a key into the feed, once. Refuses to give a published key id another key.
    func publish(codeKey: CodeKeyMessage) async throws

    /// Stores a code before anybody sees it.
    ///
    /// - Throws: ``HubRefusalError`` when the account is not active, or ``HubRefusal/alreadyExists`` when the
    ///   reference is taken.
    func store(code: CodeEvidence) async throws
}
