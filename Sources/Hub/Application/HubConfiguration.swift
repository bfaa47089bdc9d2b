import Payments

/// Everything that a hub is told from outside.
package struct HubConfiguration: Sendable, Hashable {
    /// The campus's name, for people.
    package var campus: String
    /// Address on which terminals reach the hub.
    package var host: String
    /// Port for the terminals; 0 takes a free one (``HubApplication/boundPort()``).
    package var port: Int
    /// Whether terminals are served there without TLS, by secrets. Only on loopback.
    package var servesPlain: Bool
    /// Where terminals are served over TLS, by certificates; not at all when `nil`.
    package var tls: TLSListener?
    /// The campus's certificate authority; made at the first start. Beside the database unless named.
    package var authorityPath: String
    /// How long a terminal's certificate lives.
    package var certificateLifetime: Duration
    /// The SQLite file; its folder must exist.
    package var databasePath: String
    /// The operator's UNIX socket.
    package var operatorSocketPath: String
    /// The payment-code key; made at the first start.
    package var codeKeyPath: String
    /// The key with which the hub signs for its terminals; made at the first start.
    package var signingKeyPath: String
    /// Whether a card whose number was only read may pay when the hub agrees.
    package var unprovenCardsOnline: Bool
    /// Seconds east of UTC in which people read times.
    package var timeZoneOffsetSeconds: Int64
    /// Changes of the hot list that are kept for terminals that were away.
    package var hotListHistory: Int = HubLimits.hotListHistory
    /// Records a second that all terminals with a backlog together may bring.
    package var backlogRecordsPerSecond: Int = IngestPacing.standardCapacity
    /// Limits of holds.
    package var holds: HoldLimits
    /// Electronic purses.
    package var purse: PurseSettings
    /// When business days change and are closed.
    package var businessDay = BusinessDaySettings()
    /// The group whose members may open the operator's socket too; `nil`: only the hub's own user.
    package var operatorGroup: String?

    /// When business days change.
    package var calendar: BusinessCalendar {
        BusinessCalendar(offsetSeconds: timeZoneOffsetSeconds, cutOverSeconds: businessDay.cutOverSeconds)
    }

    /// Limits of holds.
    package struct HoldLimits: Sendable, Hashable {
        /// How long a hold stands without a word from its terminal. Longer than the contact age of the offline policy
        /// (one day as a standard), so that a terminal that was cut off still finds its holds.
        package var lifetime: Duration

        package init(lifetime: Duration = .seconds(72 * 3600)) { self.lifetime = lifetime }
    }

    /// Where a key is unless it is named: under `name` in the folder of the file at `path`.
    private static func path(of name: String, beside path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/" + name
    }

    package init(
        campus: String = "Campus", host: String = "127.0.0.1", port: Int = 8470, databasePath: String,
        operatorSocketPath: String, codeKeyPath: String, signingKeyPath: String? = nil,
        unprovenCardsOnline: Bool = true,
        timeZoneOffsetSeconds: Int64 = 28_800, holds: HoldLimits = HoldLimits(),
        purse: PurseSettings = PurseSettings(), servesPlain: Bool = true, tls: TLSListener? = nil,
        authorityPath: String? = nil, certificateLifetime: Duration = .seconds(90 * 86_400)
    ) {
        self.campus = campus
        self.host = host
        self.port = port
        self.databasePath = databasePath
        self.operatorSocketPath = operatorSocketPath
        self.codeKeyPath = codeKeyPath
        self.signingKeyPath = signingKeyPath ?? Self.path(of: "signing-key", beside: codeKeyPath)
        self.unprovenCardsOnline = unprovenCardsOnline
        self.timeZoneOffsetSeconds = timeZoneOffsetSeconds
        self.holds = holds
        self.purse = purse
        self.servesPlain = servesPlain
        self.tls = tls
        self.authorityPath = authorityPath ?? Self.path(of: "authority.pem", beside: databasePath)
        self.certificateLifetime = certificateLifetime
    }
}
