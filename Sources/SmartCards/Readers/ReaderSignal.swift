/// What a reader tells the person in front of it, by its lights and its buzzer.
package enum ReaderSignal: String, Sendable, CaseIterable {
    /// The sale is approved and durable.
    case accepted
    /// The sale is declined, or the card is not one of ours.
    case refused
    /// The exchange broke: the card is to be held to the reader once more.
    case presentAgain
    /// Nothing to say: all lights off.
    case idle
}
