import Payments

extension Lane {
    /// Takes the PIN that the payer entered for a sale that waits for one.
    ///
    /// - Parameter text: the digits. They are kept for this sale's next try and nowhere else.
    /// - Throws: ``LaneRefusal/Code/pinNotAwaited`` unless the sale waits for a PIN,
    ///   ``LaneRefusal/Code/pinMalformed`` for what cannot be one; the sale goes on waiting.
    package func enterPIN(_ text: String, for reference: SaleReference) throws(LaneRefusal) {
        _ = try order(of: reference)
        guard let request = pinRequest(of: reference) else { throw LaneRefusal(.pinNotAwaited) }
        guard let pin = EnteredPIN(text: text, for: request.holder) else { throw LaneRefusal(.pinMalformed) }
        resumeTiming()
        handle(.pinEntered(pin))
    }
}
