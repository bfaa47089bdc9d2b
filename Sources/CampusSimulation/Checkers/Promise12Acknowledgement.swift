import HubProtocol
import Payments

/// Promise 12: what the hub acknowledged it has, after any crash of its own.
@SimulationActor package final class Promise12Acknowledgement: PromiseChecker {
    package let promise = 12

    private var acknowledged: [Int: (journal: JournalID, sequence: UInt64, hash: JournalHash)] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .acknowledged(let terminal, let journal, let acknowledgement):
            if let known = acknowledged[terminal], known.journal == journal {
                guard acknowledgement.sequence >= known.sequence else {
                    return "the hub had \(known.sequence) records of terminal \(terminal) and now says "
                        + "\(acknowledgement.sequence)"
                }
            }
            acknowledged[terminal] = (journal, acknowledgement.sequence, acknowledgement.hash)
        case .hubOpened(let terminal, let journal, let sequence, let hash):
            guard let known = acknowledged[terminal], known.sequence > 0 else { return nil }
            guard journal == known.journal, sequence >= known.sequence, sequence > known.sequence || hash == known.hash
            else {
                return "the hub had acknowledged \(known.sequence) records of terminal \(terminal) and came back with "
                    + "\(sequence)"
            }
        case .journalReplaced(let terminal, _, _): acknowledged[terminal] = nil
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] { [] }
}
