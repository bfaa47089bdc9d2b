import HubProtocol
import Payments

/// A terminal as the operator sees it.
package struct TerminalSummary: Codable, Sendable, Hashable {
    package var id: TerminalID
    package var name: String
    package var enabled: Bool
    /// The merchants for which the terminal may sell.
    package var merchants: [MerchantID]
    /// The journal that the terminal writes now; absent before the first registration and after a reset.
    package var journal: JournalID?
    /// Last acknowledged record of that journal; 0 when none.
    package var sequence: UInt64
    /// Hash after that record.
    package var hash: JournalHash?
    /// Records of all journals that the terminal ever wrote.
    package var records: Int64
    /// Approved records among them, and their sum.
    package var approvedCount: Int64
    package var approvedFen: Int64
    package var registeredAtMilliseconds: Int64
    /// When the hub last heard of it; absent when never.
    package var lastContactMilliseconds: Int64?
}

/// What a terminal needs to identify itself; shown once, because the hub keeps only a digest of the secret.
package struct TerminalCredentials: Codable, Sendable, Hashable {
    package var id: TerminalID
    /// 32 random bytes, 64 hexadecimal digits.
    package var secret: String
}
