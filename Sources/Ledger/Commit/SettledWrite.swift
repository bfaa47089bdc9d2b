import Payments
import Terminal

/// What a commit stored for one pending write.
struct SettledWrite: Sendable {
    /// `nil` for an intent.
    var record: JournalRecord?
    /// Of a sale.
    var decision: Decision?
    /// What is left for the payer of a sale, as far as is known.
    var available: Amount?
    /// Of a correction.
    var correction: CorrectionResult?
    var commitTime: Duration = .zero
}
