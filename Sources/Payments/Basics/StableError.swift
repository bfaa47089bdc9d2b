/// An error with a number that never changes meaning, so that operators and programs can rely on it.
///
/// Numbers are grouped by layer: 1xxx card and reader, 2xxx payment code and scanner, 3xxx ledger and storage,
/// 4xxx hub and network, 5xxx configuration, 6xxx operator request, 9xxx a defect of ours.
/// `docs/reference/error-codes.md` lists all of them; a test compares the list with the code.
/// *Declined* and *unknown* are values, never errors.
package protocol StableError: Error, CustomStringConvertible {
    /// The stable number, printed as `E1204`.
    var number: Int { get }
    /// What went wrong and what to do, without card number, key, PIN or payment code.
    var message: String { get }
}

extension StableError {
    /// `E1204: the card left the reader`.
    package var description: String { "E\(number): \(message)" }
}
