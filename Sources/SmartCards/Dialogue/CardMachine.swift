/// The protocol of one dialogue with a card, of whatever kind.
///
/// Drive it like this: `receive(.started)` gives the first action; do it; hand its outcome to `receive`; until
/// `finish`. Every action is answered by exactly one event; after `finish` there is nothing more to send. No machine
/// does I/O, reads a clock or draws random numbers itself.
package protocol CardMachine<Result>: Sendable {
    /// How the dialogue ends.
    associatedtype Result: Sendable, Equatable

    /// Takes one event and gives the one thing to do next.
    mutating func receive(_ event: CardEvent) -> CardAction<Result>
}
