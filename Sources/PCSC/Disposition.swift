/// What happens to the card at the end of a connection or transaction, or at the start of a new one.
package enum Disposition: UInt32, Sendable {
    case leave = 0
    case reset = 1
    case powerOff = 2
}
