import HubProtocol
import Payments

/// Named limits of the hub; each is checked where the value enters.
package enum HubLimits {
    /// Largest `undeliveredFen` of a hold request, in fen: ¥10 million, five times what the standard offline policy
    /// lets a whole terminal hold unsent. A larger figure is a defect, and would only overflow sums.
    package static let undeliveredFen: Int64 = 1_000_000_000
    /// Longest name of a terminal's program version, in bytes.
    package static let programVersionBytes = 64
    /// Largest `undeliveredMealSubsidies` of a hold request: more sales than one account makes at a meal.
    package static let undeliveredMealSubsidies = 10_000
    /// Longest name of an account, terminal or merchant, in UTF-8 bytes.
    package static let nameBytes = 120
    /// Longest top-up reference, in UTF-8 bytes.
    package static let referenceBytes = 120
    /// Longest note on a closed exception, in UTF-8 bytes.
    package static let noteBytes = 1000
    /// Most items of one page of an operator's list.
    package static let pageItems = 1000
    /// Items of a page when the operator names no limit.
    package static let pageItemsStandard = 100
    /// Largest amount that one payment code may pay when the operator names none: ¥100.00.
    package static let codeLimit = Amount(fen: 10_000)
    /// Lifetime of a payment code when the operator names none, in seconds.
    package static let codeLifetimeSeconds = 60
    /// Longest lifetime of a payment code, in seconds.
    package static let codeLifetimeMaximumSeconds = 120
    /// Most findings that a books check lists; it counts all of them.
    package static let findings = 100
    /// Most requests that share one commit. With 64 the cost of the sync per request is lost in the rest.
    package static let groupedWrites = 64
    /// Most records that share one commit: about 30 ms, of a hold's 150.
    package static let groupedRecords = 1000
    /// Changes of the hot list that are kept as a standard: at 200 bytes a change about 20 MB, and years of a campus.
    package static let hotListHistory = 100_000
    /// How long a terminal waits after the hub failed, in milliseconds; its own jitter comes on top.
    package static let retryAfterFaultMilliseconds: Int64 = 2000
    /// Largest number that SQLite keeps: sequence numbers and cursors from outside may not exceed it.
    package static let storableInteger = UInt64(Int64.max)
    /// Wrong enrolment codes after which the right one is refused too. A code has 120 bits, so this is against noise in
    /// the log rather than against guessing.
    package static let enrolmentAttempts = 10
    /// Lifetime of an enrolment code when the operator names none, in seconds.
    package static let enrolmentLifetimeSeconds = 86_400
    /// Shortest and longest lifetime of an enrolment code, in seconds.
    package static let enrolmentLifetimes = 60...604_800
    /// Most certificates of a terminal that are shown: six years of quarterly renewals.
    package static let certificatesShown = 24

    /// How long after the end of a subsidy every terminal must have delivered everything before what is left is taken
    /// back: far more than a terminal's clock differs from the hub's.
    package static let subsidyGrace: Duration = .seconds(3600)
}
