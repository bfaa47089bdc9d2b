import HubProtocol
import Payments

/// Promise 6: a policy that has arrived is in force, and no older one takes its place.
@SimulationActor package final class Promise6PolicyVersions: PromiseChecker {
    package let promise = 6

    private var newest: [Int: UInt64] = [:]
    private var copies: [Int: UInt64] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .applied(let terminal, let page):
            let delivered = page.changes.compactMap(\.policy).map(\.version).max() ?? 0
            newest[terminal] = max(newest[terminal] ?? 0, delivered)
        case .policyInForce(let terminal, let policy):
            let version = policy?.version ?? 0
            if version < newest[terminal] ?? 0 {
                return "terminal \(terminal) has policy \(version) in force, and had \(newest[terminal] ?? 0)"
            }
            newest[terminal] = version
        case .imageCopied(let terminal): copies[terminal] = newest[terminal]
        case .imageRestored(let terminal, _, _): newest[terminal] = copies[terminal]
        case .journalReplaced(let terminal, _, _): newest[terminal] = nil
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] { [] }
}
