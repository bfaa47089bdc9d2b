extension HubSchema {
    /// The runs of terminals' programs on their journals, and journals that are written in two places.
    static let sessionsSQL = """
        CREATE TABLE journal_session (
            id INTEGER PRIMARY KEY,
            journal_id INTEGER NOT NULL REFERENCES journal (id),
            instance TEXT NOT NULL CHECK (length(instance) = 16),
            number INTEGER NOT NULL,
            registered_at INTEGER NOT NULL,
            head_sequence INTEGER NOT NULL,
            head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
            UNIQUE (journal_id, instance)
        ) STRICT;
        CREATE TABLE journal_contest (
            journal_id INTEGER PRIMARY KEY REFERENCES journal (id),
            contested_at INTEGER NOT NULL
        ) STRICT;
        """
}
