import PaymentCodes
import Payments

/// Telling scans apart: what is shown about one never holds the code itself.
enum CodeClassifierTarget {
    private static let classifier = CodeClassifier()

    static func run(_ input: [UInt8]) {
        let (code, fingerprint) = classifier.classify(input)
        let again = classifier.classify(input)
        invariant(again.code == code && again.fingerprint == fingerprint, "the same scan is told apart from itself")
        guard case .campusOnline(let text) = code else {
            if case .campusOffline(let text) = code { requireHidden(text, "\(fingerprint)\(code)") }
            return
        }
        requireHidden(text, "\(fingerprint)\(code)")
    }

    private static func requireHidden(_ text: String, _ shown: String) {
        invariant(text.utf8.allSatisfy { (0x30...0x39).contains($0) }, "a campus code that is not digits")
        invariant(!shown.utf8.containsRun(Array(text.utf8)), "a code is shown")
    }
}

extension Sequence<UInt8> {
    /// Whether `run` stands somewhere in the bytes.
    fileprivate func containsRun(_ run: [UInt8]) -> Bool {
        let bytes = Array(self)
        guard !run.isEmpty, bytes.count >= run.count else { return false }
        return (0...(bytes.count - run.count)).contains { bytes[$0..<($0 + run.count)].elementsEqual(run) }
    }
}
