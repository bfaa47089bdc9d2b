import FaultyStorage
import Ledger
import Payments

/// A deliberately wrong build, made by putting something wrong into a port. Each shows that a checker can fail.
package enum Sabotage: String, Sendable, CaseIterable {
    /// A terminal's disk reports syncs that it does not do.
    case missingSync
    /// A lane shows green two seconds before the decision is on disk.
    case approvalBeforeDisk
    /// A lane forgets the orders that it has served.
    case forgottenOrders
    /// A terminal sends each sale once more under a new id.
    case resentAsNew
    /// A terminal sends another amount than it took.
    case wrongAmount
    /// A terminal asks for its holds under ids that it then does not use, so that nothing releases them.
    case skippedRelease
    /// A terminal keeps silent about a history that is not the hub's.
    case hiddenFork
    /// A terminal works with three times the policy that was published.
    case lowerPolicyCheck
    /// A terminal asks a card for money without having stored that it does.
    case noIntent
    /// A terminal forgets the payment codes that it has taken.
    case forgottenCodes
    /// A terminal leaves cards out when it applies changes.
    case staleHotList
    /// A terminal takes its newest records for delivered.
    case droppedRecords
    /// The hub comes back from a copy of the morning.
    case forgottenAcknowledgement
    /// The hub's disk reports syncs that it does not do.
    case hubMissingSync
    /// The standby has a copy of the hub's files that is hours old.
    case laggingStandby
    /// A terminal sends each refund once more under a new id.
    case refundedTwice
    /// The hub takes whoever asks for somebody else.
    case onePerson
    /// The statement of a settlement leaves a line out.
    case unsettledLine
    /// A terminal leaves policies out when it applies changes.
    case stalePolicy
    /// A terminal takes every PIN for right, and a missing one too.
    case ignoredPIN

    /// The name of the checker that catches it.
    package var checker: String {
        switch self {
        case .missingSync, .approvalBeforeDisk: "Promise1DurableApproval"
        case .forgottenOrders, .resentAsNew: "Promise2OneEffect"
        case .wrongAmount: "Promise3Conservation"
        case .refundedTwice, .onePerson: "Promise3Corrections"
        case .unsettledLine: "Promise3Settlement"
        case .skippedRelease: "Promise4Holds"
        case .hiddenFork: "Promise5History"
        case .lowerPolicyCheck: "Promise6Exposure"
        case .stalePolicy: "Promise6PolicyVersions"
        case .ignoredPIN: "Promise6SpendingLimits"
        case .noIntent: "Promise7TornTaps"
        case .forgottenCodes: "Promise8Codes"
        case .staleHotList: "Promise9HotList"
        case .droppedRecords: "Promise11NothingDropped"
        case .forgottenAcknowledgement, .hubMissingSync, .laggingStandby: "Promise12Acknowledgement"
        }
    }

    @SimulationActor func spoil(
        _ ports: TerminalPorts, ledger: SQLiteLedger, of terminal: CampusTerminal, on timeline: Timeline
    ) -> TerminalPorts {
        var ports = ports
        func spoilJournal(_ flaw: SpoiltJournal.Flaw) {
            ports.journal = SpoiltJournal(journal: ledger, archive: ledger, timeline: timeline, flaw: flaw)
        }
        func spoilWire(_ flaw: SpoiltWire.Flaw) {
            let wire = SpoiltWire(ledger: ledger, flaw: flaw)
            (ports.queue, ports.replica) = (wire, wire)
        }
        switch self {
        case .missingSync: terminal.disk.ignoresSyncs = true
        case .approvalBeforeDisk: spoilJournal(.late)
        case .noIntent: spoilJournal(.noIntent)
        case .forgottenCodes: spoilJournal(.forgottenCodes)
        case .resentAsNew: spoilWire(.twice)
        case .wrongAmount: spoilWire(.wrongAmount)
        case .hiddenFork:
            ports.queue = SpoiltQueue(queue: ledger, flaw: .silent)
            ports.hub = SpoiltGateway(gateway: ports.hub, flaw: .anonymous)
        case .droppedRecords: ports.queue = SpoiltQueue(queue: ledger, flaw: .forgetful)
        case .skippedRelease: ports.hub = SpoiltGateway(gateway: ports.hub, flaw: .otherIDs)
        case .staleHotList: ports.replica = SpoiltReplica(ledger: ledger, flaw: .noHotList)
        case .stalePolicy: ports.replica = SpoiltReplica(ledger: ledger, flaw: .noPolicies)
        case .refundedTwice: spoilWire(.refundTwice)
        case .ignoredPIN: spoilJournal(.anyPIN)
        case .lowerPolicyCheck:
            ports.policy.cardAmount.fen *= 3
            ports.policy.cardCount *= 3
            ports.policy.terminalAmount.fen *= 3
            ports.policy.terminalCount *= 3
        case .forgottenOrders, .forgottenAcknowledgement, .hubMissingSync, .laggingStandby, .onePerson, .unsettledLine:
            break
        }
        return ports
    }
}
