import PCSC

/// One reader at one moment, as the service reports it.
struct ReaderObservation: Equatable, Sendable {
    let name: String
    let identity: ReaderIdentity
    /// Whether the reader answers.
    let isWorking: Bool
    /// The card's answer to reset, empty when it is mute; `nil` without a card.
    let card: [UInt8]?
    /// Insertions and removals so far, modulo 2^16.
    let eventCount: UInt16

    init(
        name: String, identity: ReaderIdentity? = nil, isWorking: Bool = true, card: [UInt8]?, eventCount: UInt16
    ) {
        self.name = name
        self.identity = identity ?? ReaderIdentity(readerName: name)
        self.isWorking = isWorking
        self.card = card
        self.eventCount = eventCount
    }

    init(_ state: ReaderState, identity: ReaderIdentity) {
        self.init(
            name: state.readerName, identity: identity, isWorking: !state.isReaderGone,
            card: state.isCardPresent ? state.answerToReset : nil, eventCount: state.eventCount)
    }
}
