extension Schema {
    /// The hub's signing key that this terminal has pinned; no row before the first registration.
    static let hubKey = """
        CREATE TABLE hub_key (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            public_key TEXT NOT NULL CHECK (length(public_key) = 64)
        ) STRICT;
        """
}
