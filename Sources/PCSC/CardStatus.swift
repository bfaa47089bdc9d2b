/// What the service knows about a connected card.
package struct CardStatus: Equatable, Sendable {
    package let readerName: String
    package let activeProtocol: CardProtocols
    /// At most 33 bytes.
    package let answerToReset: [UInt8]
}
