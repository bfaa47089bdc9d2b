/// What happens to the card at the end of a connection or transaction, or at the start of a new one.
package enum Disposition: UInt32, Sendable {
    case leave = 0
    case reset = 1
    /// Power off, or off and on at the start. pcscd 1.9.9 loses sight of the next card when it is told this
    /// about one that has just left, until that next card is lifted once more. The same goes for ``reset``.
    case powerOff = 2
}
