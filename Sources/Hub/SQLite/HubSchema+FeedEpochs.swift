extension HubSchema {
    /// The feed's cursors leave a gap at every start of the hub. `start` is the cursor with which an epoch began,
    /// `newest_before` the newest of the epoch before: this hub gave out nothing between the two.
    static let feedEpochsSQL = """
        CREATE TABLE feed_epoch (
            start INTEGER PRIMARY KEY,
            newest_before INTEGER NOT NULL CHECK (newest_before < start)
        ) STRICT;

        """
}
