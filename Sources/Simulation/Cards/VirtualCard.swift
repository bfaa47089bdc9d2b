import SmartCards

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

extension VirtualCard {
    /// What the card answers to a command that is sent through a reader, which leaves out what the card's protocol has
    /// no room for.
    package mutating func exchange(_ command: [UInt8]) -> [UInt8] {
        transmit(TransmissionProtocol(offeredIn: answerToReset).bytes(of: command))
    }
}
