import Payments

/// A subject whose only question is the anticollision identifier.
protocol IdentifierSubject: ExaminationSubject {
    var isAsked: Bool { get set }
    /// `nil` when it cannot be read.
    var answer: ResponseAPDU? { get set }
}

extension IdentifierSubject {
    mutating func nextCommand() -> CommandAPDU? {
        defer { isAsked = true }
        return isAsked ? nil : CardIdentifier.command
    }

    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>) {
        if case .success(let answer) = answer { self.answer = answer }
    }

    var privateBytes: [[UInt8]] { answer.map { [$0.data] } ?? [] }
}
