import HubProtocol
import Payments

/// A correct no of the hub to a request as such: what becomes a ``RefusalMessage``.
package struct HubRefusalError: StableError, Equatable {
    package let refusal: HubRefusal
    /// One sentence for a person; names fields and states, never a card, an account or a code.
    package let text: String
    /// What the hub has of the journal, where that helps the terminal.
    package let acknowledged: Acknowledgement?

    package init(_ refusal: HubRefusal, _ text: String, acknowledged: Acknowledgement? = nil) {
        self.refusal = refusal
        self.text = text
        self.acknowledged = acknowledged
    }

    package var number: Int { refusal.rawValue }
    package var message: String { text }

    /// The form on the wire.
    package var refusalMessage: RefusalMessage {
        RefusalMessage(refusal, message: text, acknowledged: acknowledged)
    }
}
