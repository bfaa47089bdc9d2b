import HubProtocol
import Payments

/// What the outside needs to know about the terminal besides its state.
package struct TerminalFacts: Sendable, Hashable {
    package var terminal: TerminalID
    package var merchant: MerchantID
    package var hubURL: String
    /// `none`, `soft` or `psam`.
    package var secureModule: String
    package var version: String
    package var processID: Int32

    package init(
        terminal: TerminalID, merchant: MerchantID, hubURL: String, secureModule: String, version: String,
        processID: Int32
    ) {
        self.terminal = terminal
        self.merchant = merchant
        self.hubURL = hubURL
        self.secureModule = secureModule
        self.version = version
        self.processID = processID
    }
}

/// The parts of a running terminal, put together once by the daemon and handed to its control interface.
package struct TerminalCore: Sendable {
    package var facts: TerminalFacts
    package var lanes: [Lane]
    package var queue: any SendQueue
    package var archive: any JournalArchive
    package var corrections: CorrectionService
    package var sync: SyncService
    package var clock: TrustedClock
    package var inspection: CardInspection
    package var secureModule: SecureModuleOffice
    package var policy: PolicyDesk
    /// The readers that there are now.
    package var readers: @Sendable () -> [ReaderFacts]

    package init(
        facts: TerminalFacts, lanes: [Lane], queue: any SendQueue, archive: any JournalArchive,
        corrections: CorrectionService, sync: SyncService, clock: TrustedClock, inspection: CardInspection,
        secureModule: SecureModuleOffice, policy: PolicyDesk, readers: @escaping @Sendable () -> [ReaderFacts]
    ) {
        self.facts = facts
        self.lanes = lanes
        self.queue = queue
        self.archive = archive
        self.corrections = corrections
        self.sync = sync
        self.clock = clock
        self.inspection = inspection
        self.secureModule = secureModule
        self.policy = policy
        self.readers = readers
    }

    /// The lane of that name.
    package func lane(_ id: LaneID) throws(LaneRefusal) -> Lane {
        guard let lane = lanes.first(where: { $0.id == id }) else { throw LaneRefusal(.laneUnknown) }
        return lane
    }
}
