/// A card as its reader sees it: power, reset, and one answer for every command.
package protocol VirtualCard: Sendable {
    /// At most 33 bytes (ISO 7816-3).
    var answerToReset: [UInt8] { get }

    /// The card gets power. Whatever was only in its working memory is gone.
    mutating func powerOn()

    /// The card is reset under power; for its working memory the same as ``powerOn()``.
    mutating func reset()

    /// Answers one command of any length, with two status bytes at least.
    mutating func transmit(_ command: [UInt8]) -> [UInt8]
}
