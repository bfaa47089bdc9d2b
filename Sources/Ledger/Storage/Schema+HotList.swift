extension Schema {
    /// Where the hot list stands, and a snapshot that is being fetched.
    ///
    /// A replica from before there were versions cannot be checked: it stays in force until a snapshot takes its place,
    /// which `wanted` asks for. `old_…` tables are what a snapshot replaced, until they are cleared away.
    static let hotList = """
        CREATE TABLE hot_list_state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            version INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 256)
        ) STRICT;
        INSERT INTO hot_list_state (id, version, entries, digest) VALUES (1, 0, 0, zeroblob(256));

        CREATE TABLE snapshot (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
            position TEXT,
            cursor INTEGER,
            through INTEGER,
            hot_list_version INTEGER,
            CHECK ((cursor IS NULL) = (hot_list_version IS NULL)),
            CHECK (through IS NULL OR (cursor IS NOT NULL AND position IS NULL))
        ) STRICT;
        INSERT INTO snapshot (id, wanted) SELECT 1, EXISTS (SELECT 1 FROM state WHERE replica_cursor > 0);
        """
}
