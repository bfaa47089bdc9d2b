/// When business days change and when they are closed.
package struct BusinessDaySettings: Sendable, Hashable {
    /// Local time of day at which a business day starts, in seconds after midnight, 0 to 86,399.
    package var cutOverSeconds: Int64
    /// How long after the cut-over the hub waits for terminals before it closes the day by itself.
    package var grace: Duration

    package init(cutOverSeconds: Int64 = 4 * 3600, grace: Duration = .seconds(2 * 3600)) {
        self.cutOverSeconds = cutOverSeconds
        self.grace = grace
    }
}
