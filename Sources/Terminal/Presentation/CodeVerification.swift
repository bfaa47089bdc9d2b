import Crypto
import HubProtocol
import Logging
import PaymentCodes
import Payments
import Synchronization

/// Tells what was scanned, and verifies a campus payment code without the hub. Keeps no code.
package final class CodeVerification: Sendable {
    private let classifier: CodeClassifier
    private let verifier: Mutex<PaymentCodeVerifier>
    private let logger: Logger

    /// - Parameter lifetimeMaximum: longest lifetime of a code that is accepted, whatever its signer wrote.
    package init(classifier: CodeClassifier = CodeClassifier(), lifetimeMaximum: Duration, logger: Logger) {
        self.classifier = classifier
        verifier = Mutex(PaymentCodeVerifier(keys: IssuerKeySet(), lifetimeMaximum: lifetimeMaximum))
        self.logger = logger
    }

    /// Takes over the keys that the hub published. A key that cannot be read is left out and logged: codes under it
    /// are then refused, never accepted unchecked.
    package func replaceKeys(_ messages: [CodeKeyMessage]) {
        var keys: [UInt8: IssuerKey] = [:]
        for message in messages {
            guard let bytes = Hex.decode(message.publicKey),
                let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes),
                let key = IssuerKey(
                    publicKey: publicKey, validFrom: UnixTime(seconds: message.validFromSeconds),
                    validUntil: UnixTime(seconds: message.validThroughSeconds + 1))
            else {
                logger.error("payment-code key \(message.keyID) from the hub cannot be used")
                continue
            }
            keys[message.keyID] = key
        }
        let new = IssuerKeySet(keys: keys)
        verifier.withLock { $0.keys = new }
    }

    /// Classifies and verifies one scan.
    package func verify(_ scan: [UInt8]) -> CodeReading {
        let (code, fingerprint) = classifier.classify(scan)
        let problem: CodeProblem
        switch code {
        case .campusOffline(let text):
            // A copy, so that verification does not run under the lock.
            switch verifier.withLock({ $0 }).verify(text) {
            case .success(let evidence): return .verified(evidence)
            case .failure(let refusal): problem = CodeProblem(refusal)
            }
        default:
            problem = CodeProblem(refused: code)
        }
        logger.info("scan refused: E\(problem.number), \(fingerprint)")
        return .problem(
            PresentationProblem(number: problem.number, english: problem.message, chinese: problem.chineseText))
    }
}

/// Why a scan is not a payment code that can be used here: the payer may show another. Numbers 2101–2199.
package struct CodeProblem: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case forged = 2101
        case keyUnknown = 2102
        case notReadProperly = 2103
        case versionUnknown = 2104
        case lifetimeTooLong = 2105
        case contentInvalid = 2106
        /// A code of another kind: a wallet, a link, a merchant code.
        case notACampusCode = 2107
        /// A campus code that only the hub can resolve.
        case hubNeeded = 2108
    }

    package let code: Code
    package let message: String
    /// What the lane shows, in Chinese.
    package let chineseText: String

    init(_ refusal: CodeRefusal) {
        code =
            switch refusal {
            case .forged: .forged
            case .keyUnknown, .keyNotInUse: .keyUnknown
            case .tooLong, .malformed: .notReadProperly
            case .versionUnknown: .versionUnknown
            case .lifetimeTooLong: .lifetimeTooLong
            case .contentInvalid: .contentInvalid
            }
        message = refusal.englishText
        chineseText = refusal.chineseText
    }

    init(refused scanned: ScannedCode) {
        if let english = scanned.englishRefusal, let chinese = scanned.chineseRefusal {
            (code, message, chineseText) = (.notACampusCode, english, chinese)
        } else {
            code = .hubNeeded
            message = DeclineReason.hubNeededForCode.englishText
            chineseText = DeclineReason.hubNeededForCode.chineseText
        }
    }

    package var number: Int { code.rawValue }
}
