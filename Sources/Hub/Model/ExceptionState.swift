/// Where an exception stands on the work list.
package enum ExceptionState: String, Codable, Sendable, CaseIterable {
    /// Nobody took it.
    case open
    case assigned
    case resolved
}

/// How an exception ended. The names are stable: they stand in the database and in the operator API.
package enum ExceptionResolution: String, Codable, Sendable, CaseIterable {
    /// It is as it should be; the note says why.
    case explained
    /// An adjustment brought the books right.
    case adjusted
    /// A contested sale stands.
    case upheld
    /// A contested or repeated sale was given back.
    case refunded
    /// What was missing came.
    case delivered
    /// It was the same as another one.
    case duplicate
    /// The hub saw that it is right again.
    case mended
}
