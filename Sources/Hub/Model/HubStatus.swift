/// What `GET /operator/v1/hub` tells: which hub this is, and how to show its times.
package struct HubStatus: Codable, Sendable, Hashable {
    package var campus: String
    /// Seconds east of UTC in which people read times.
    package var timeZoneOffsetSeconds: Int64
    package var hubTimeMilliseconds: Int64
    package var accounts: Int64
    package var terminals: Int64
    package var openExceptions: Int64
    /// Whether this hub can issue payment codes.
    package var issuesCodes: Bool
    /// How the office's work stands.
    package var books: BooksOverview
}

/// The answer of `GET /v1/health`.
package struct HealthAnswer: Codable, Sendable, Hashable {
    /// Always `ok`: a hub that cannot read its database answers with a refusal instead.
    package var status: String
    package var hubTimeMilliseconds: Int64
}
