import Terminal

/// A fault that a ``SimulatedCardReader`` commits at one exchange.
package struct SimulatedReaderFault: Sendable, Hashable {
    /// What goes wrong.
    package enum Effect: Sendable, Hashable {
        /// The card leaves before it sees the command.
        case leaveBeforeHandling
        /// The card carries the command out and leaves without an answer.
        case leaveAfterHandling
        /// The card carries the command out; these bytes arrive instead of its answer.
        case answer([UInt8])
        /// The card does not see the command; the exchange ends with this error, and the card stays.
        case fail(CardReaderError.Code)
    }

    /// Which exchange since the card was inserted, from 1.
    package let exchange: Int
    package let effect: Effect

    package init(at exchange: Int, _ effect: Effect) {
        self.exchange = exchange
        self.effect = effect
    }
}
