extension HubSchema {
    /// The public half of the key with which this hub signs. A hub that came back with another key file would be
    /// refused by every terminal that has pinned the first one; better that it does not start.
    static let signingKeySQL = """
        CREATE TABLE signing_key (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            public_key TEXT NOT NULL CHECK (length(public_key) = 64)
        ) STRICT;
        """
}
