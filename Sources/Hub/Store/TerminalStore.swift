import Payments

/// What the hub keeps to recognise a terminal.
package struct TerminalAuthentication: Sendable, Hashable {
    /// SHA-256 of the 32 secret bytes.
    package var secretDigest: [UInt8]
    package var enabled: Bool
}

/// Terminals and their credentials.
package protocol TerminalStore: Sendable {
    /// What is needed to check a terminal's credentials; `nil` for an unknown terminal.
    func authentication(of terminal: TerminalID) async throws -> TerminalAuthentication?

    /// Notes that the terminal was heard of. Kept in memory until the terminal's next write, because a note is not
    /// worth a sync.
    func noteContact(_ terminal: TerminalID, now: UnixTime)

    /// Adds a terminal.
    ///
    /// - Returns: its id: the one asked for, or the next free number.
    func register(_ terminal: NewTerminal, secretDigest: [UInt8], now: UnixTime) async throws -> TerminalID

    /// A page of all terminals.
    func terminals(_ page: PageRequest) async throws -> Page<TerminalSummary>
    /// One terminal. Refused with `notFound`.
    func terminal(_ id: TerminalID) async throws -> TerminalSummary
    /// Lets a terminal in or keeps it out from now on.
    func setEnabled(_ enabled: Bool, terminal: TerminalID) async throws -> TerminalSummary
    /// Replaces the merchants for which a terminal may sell.
    func setMerchants(_ merchants: [MerchantID], terminal: TerminalID) async throws -> TerminalSummary

    /// Lets a replaced terminal start a new journal. Records stay; the old journal's active holds are released and
    /// listed as an exception.
    func resetJournal(_ terminal: TerminalID, now: UnixTime) async throws -> TerminalSummary
}
