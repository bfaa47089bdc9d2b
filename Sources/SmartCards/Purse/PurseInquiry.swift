import Payments

/// The exchanges of an inquiry about a torn transaction of a purse: the way to the application, then question after
/// question, each with GET RESPONSE and corrected lengths.
struct PurseInquiry<Question: Sendable>: Sendable {
    /// What an event came to.
    enum Outcome {
        case transmit(CommandAPDU)
        case selected(PublicInformation)
        /// The card has no purse of the profile.
        case otherCard
        case unresolved(TornTransactionObstacle)
        case answered(ResponseAPDU, Question)
    }

    private enum State {
        /// → asking
        case selecting(PurseSelectionMachine)
        case asking(CardExchange, Question)
    }

    private var state: State

    init(_ application: PurseProfile.Application) { state = .selecting(PurseSelectionMachine(application)) }

    /// Begins an exchange; the command must go to the card.
    mutating func ask(_ command: CommandAPDU, _ question: Question, isRepeatable: Bool = true) {
        state = .asking(CardExchange(command, isRepeatable: isRepeatable), question)
    }

    /// Takes the driver's start, or what the card said.
    mutating func receive(_ event: CardEvent) -> Outcome {
        switch (state, event) {
        case (.selecting(let selection), _): return select(selection, event)
        case (.asking(var exchange, let question), .cardAnswered(let bytes)):
            switch exchange.receive(bytes) {
            case .transmit(let command):
                state = .asking(exchange, question)
                return .transmit(command)
            case .malformed(let error): return .unresolved(TornTransactionObstacle(error))
            case .complete(let answer): return .answered(answer, question)
            }
        case (.asking, .cardFailed): return .unresolved(.communicationFailed)
        default: fatalError("an inquiry got an event that no action asked for")
        }
    }

    private mutating func select(_ selection: PurseSelectionMachine, _ event: CardEvent) -> Outcome {
        var selection = selection
        let action = selection.receive(event)
        state = .selecting(selection)
        switch action {
        case .transmit(let command): return .transmit(command)
        case .finish(.selected(let information)): return .selected(information)
        case .finish(.failed(let failure)):
            return TornTransactionObstacle(failure).map { .unresolved($0) } ?? .otherCard
        default: fatalError("a selection asks the card and nobody else")
        }
    }
}

extension TransactionProof {
    /// The proof in an answer to GET TRANSACTION PROVE; `nil` when the card has none.
    static func given(in answer: ResponseAPDU) throws(CardDataError) -> TransactionProof? {
        guard answer.status == .success, answer.data.count == length else { return nil }
        return try TransactionProof(decoding: answer)
    }
}
