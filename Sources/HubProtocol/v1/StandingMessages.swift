/// `POST /v1/standing`: what a terminal has of the hub's documents. Told when it changes, and after each start.
package struct TerminalStanding: Codable, Sendable, Hashable {
    /// The policy that the terminal decides by; absent before the first.
    package var policy: UInt64?
    /// A newer policy that the terminal's program cannot read, because it has a rule that came later. The one before
    /// it stays in force there until the program is upgraded.
    package var policyNotUnderstood: UInt64?
    /// The terminal's program.
    package var version: String?

    package init(policy: UInt64?, policyNotUnderstood: UInt64?, version: String? = nil) {
        self.policy = policy
        self.policyNotUnderstood = policyNotUnderstood
        self.version = version
    }
}

/// The answer to it.
package struct StandingAnswer: Codable, Sendable, Hashable {
    package var hubTimeMilliseconds: Int64

    package init(hubTimeMilliseconds: Int64) { self.hubTimeMilliseconds = hubTimeMilliseconds }
}
