import Payments
import SmartCards
import Terminal

extension SecureModuleError {
    /// The port's view of a failed dialogue.
    ///
    /// - Parameters:
    ///   - terminal: the configured one.
    ///   - readerError: what broke under an exchange without an answer.
    init(_ failure: SecureModuleFailure, terminal: TerminalID, readerError: CardReaderError?) {
        switch failure {
        case .noAnswer(.check): self.init(.notChecked, detail: readerError?.description ?? "no answer")
        case .noAnswer(let step):
            self.init(.noAnswer, detail: "\(step.rawValue): \(readerError?.description ?? "no answer")")
        case .malformedAnswer(let error, .check): self.init(.notChecked, detail: error.description)
        case .malformedAnswer(let error, let step):
            self.init(.malformedAnswer, detail: "\(step.rawValue): \(error.description)")
        case .notASecureModule(let status, let step):
            self.init(.notASecureModule, detail: "\(step.rawValue): \(status)")
        case .wrongTerminal(let number):
            self.init(.wrongTerminal, detail: "the module says \(number), the configuration \(terminal)")
        case .serialNotAdvancing(let last, let given):
            self.init(.serialNotAdvancing, detail: "\(given) after \(last)")
        case .locked(let status, let step): self.init(.locked, detail: "\(step.rawValue): \(status)")
        case .refused(let status, .check): self.init(.notChecked, detail: "\(status) \(status.meaning)")
        case .refused(let status, let step):
            self.init(.refused, detail: "\(step.rawValue): \(status) \(status.meaning)")
        }
    }
}
