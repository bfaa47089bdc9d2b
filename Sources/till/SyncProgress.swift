/// A line that shows how much of a backlog is at the hub.
struct SyncProgress {
    private static let width = 30

    /// Records that were unsent when it began.
    let total: Int

    /// `[##########--------------------]  12000 of 36000 records`
    ///
    /// - Parameter unsent: records that still are; new sales may make it more than ``total``.
    func line(unsent: Int) -> String {
        let sent = min(max(total - unsent, 0), total)
        let filled = total == 0 ? Self.width : sent * Self.width / total
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
        return "[\(bar)]  \(sent) of \(total) records"
    }
}
