import HubProtocol
import Payments

extension CampusEvent {
    /// The event in a line, for the fingerprint of a run. Holds nothing that differs between two runs of one seed.
    var trace: String {
        switch self {
        case .shown(let sale):
            "shown \(sale.terminal) \(sale.record.transaction.trace) \(sale.record.sequence) "
                + "\(sale.record.sale?.amount.fen ?? 0) \(sale.reference)"
        case .corrected(let terminal, let record, let reference):
            "corrected \(terminal) \(record.sequence) \(record.sale?.amount.fen ?? 0) \(reference)"
        case .opened(let terminal, let records): "opened \(terminal) \(records.count)"
        case .acknowledged(let terminal, _, let acknowledgement):
            "acknowledged \(terminal) \(acknowledgement.sequence)"
        case .hubOpened(let terminal, _, let sequence, _): "hub \(terminal) \(sequence)"
        case .applied(let terminal, let page): "applied \(terminal) \(page.cursor)"
        case .policyInForce(let terminal, let policy): "policy \(terminal) \(policy?.version ?? 0)"
        case .imageCopied(let terminal): "copied \(terminal)"
        case .imageRestored(let terminal, let copied, let atHub): "image \(terminal) \(copied) \(atHub)"
        case .alarm(let terminal, let number): "alarm \(terminal) \(number)"
        case .journalReplaced(let terminal, let records, let delivered):
            "replaced \(terminal) \(records.count) \(delivered)"
        case .ownApproval(let note): "own approval \(note)"
        }
    }
}
