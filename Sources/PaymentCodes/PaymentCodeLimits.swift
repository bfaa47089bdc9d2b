/// Named limits of payment codes.
package enum PaymentCodeLimits {
    /// Longest text that is looked at as a payment code, in characters. Checked before anything is decoded. The
    /// largest code planned, a device-signed one of 183 bytes, has 447.
    package static let textMaximum = 512
    /// Shortest text of an offline code, in characters: five times the longest code of any wallet (24 digits), so
    /// that no code of theirs can be taken for one of ours.
    package static let offlineTextMinimum = 100
    /// Longest scan that is classified, in bytes. Equals the scanner port's own cap.
    package static let scanMaximum = 1024
    /// Longest lifetime that a terminal accepts unless configured otherwise, whatever the issuer signed. A code used
    /// at terminals that are cut off from each other can only be bounded, and this is half of the bound.
    package static let lifetimeMaximum = Duration.seconds(120)
}
