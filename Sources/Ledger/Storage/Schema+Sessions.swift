extension Schema {
    /// How often the journal was opened, and why it must not go on, where the hub said so.
    static let sessions = """
        CREATE TABLE session (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            number INTEGER NOT NULL CHECK (number >= 0),
            contested INTEGER
        ) STRICT;
        INSERT INTO session (id, number) VALUES (1, 0);
        """
}
