import Payments

/// `GET /v1/status`: the terminal at a glance.
package struct StatusMessage: Codable, Sendable, Hashable {
    /// A reader or scanner.
    package struct Device: Codable, Sendable, Hashable {
        package var name: String
        /// What is wrong, absent when the device works.
        package var fault: String?

        package init(name: String, fault: String?) {
            self.name = name
            self.fault = fault
        }
    }

    /// One lane and its devices.
    package struct Lane: Codable, Sendable, Hashable {
        package var lane: LaneID
        /// What the lane shows, one word.
        package var display: String
        /// Amount armed, fen.
        package var amountFen: Int64?
        /// Whether a card lies on the reader.
        package var hasCard: Bool
        package var reader: Device?
        package var scanner: Device?

        package init(lane: LaneID, display: String, amountFen: Int64?, hasCard: Bool, reader: Device?, scanner: Device?)
        {
            self.lane = lane
            self.display = display
            self.amountFen = amountFen
            self.hasCard = hasCard
            self.reader = reader
            self.scanner = scanner
        }
    }

    /// The journal in numbers.
    package struct Journal: Codable, Sendable, Hashable {
        package var journal: JournalID
        /// Sequence number of the newest record.
        package var sequence: UInt64
        package var hash: String
        package var acknowledged: UInt64
        package var unsentCount: Int
        package var unsentFen: Int64
        /// Age of the oldest unsent record in seconds; absent when everything is delivered.
        package var oldestUnsentSeconds: Int64?

        package init(
            journal: JournalID, sequence: UInt64, hash: String, acknowledged: UInt64, unsentCount: Int,
            unsentFen: Int64, oldestUnsentSeconds: Int64?
        ) {
            self.journal = journal
            self.sequence = sequence
            self.hash = hash
            self.acknowledged = acknowledged
            self.unsentCount = unsentCount
            self.unsentFen = unsentFen
            self.oldestUnsentSeconds = oldestUnsentSeconds
        }
    }

    /// The connection to the hub and what the replica holds.
    package struct Hub: Codable, Sendable, Hashable {
        package var url: String
        /// Whether the last exchange with the hub succeeded.
        package var reachable: Bool
        /// The failure that stands, `E4001: …`.
        package var failure: String?
        /// Whether a person must look.
        package var alarm: Bool
        /// Milliseconds since 1970, hub time.
        package var lastContactMilliseconds: Int64?
        package var replicaCursor: UInt64
        package var accounts: Int
        package var hotListed: Int

        package init(
            url: String, reachable: Bool, failure: String?, alarm: Bool, lastContactMilliseconds: Int64?,
            replicaCursor: UInt64, accounts: Int, hotListed: Int
        ) {
            self.url = url
            self.reachable = reachable
            self.failure = failure
            self.alarm = alarm
            self.lastContactMilliseconds = lastContactMilliseconds
            self.replicaCursor = replicaCursor
            self.accounts = accounts
            self.hotListed = hotListed
        }
    }

    package var terminal: TerminalID
    package var merchant: MerchantID
    package var version: String
    package var processID: Int32
    package var timeMilliseconds: Int64
    /// How far the system clock is ahead of the trusted time.
    package var clockOffsetMilliseconds: Int64
    /// `none`, `soft` (lab only) or `psam`.
    package var secureModule: String
    /// How the secure module is; absent with `none`.
    package var secureModuleStatus: SecureModuleMessage?
    package var lanes: [Lane]
    package var journal: Journal
    package var hub: Hub
    /// What a person must see to while the terminal goes on selling; absent when there is nothing.
    package var alarms: [ProblemMessage]?

    package init(
        terminal: TerminalID, merchant: MerchantID, version: String, processID: Int32, timeMilliseconds: Int64,
        clockOffsetMilliseconds: Int64, secureModule: String, secureModuleStatus: SecureModuleMessage?, lanes: [Lane],
        journal: Journal, hub: Hub
    ) {
        self.terminal = terminal
        self.merchant = merchant
        self.version = version
        self.processID = processID
        self.timeMilliseconds = timeMilliseconds
        self.clockOffsetMilliseconds = clockOffsetMilliseconds
        self.secureModule = secureModule
        self.secureModuleStatus = secureModuleStatus
        self.lanes = lanes
        self.journal = journal
        self.hub = hub
    }
}
