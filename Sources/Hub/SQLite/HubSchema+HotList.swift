import GRDB

extension HubSchema {
    /// The hot list's versions. `hot_list` holds the list as it is now (a removed card keeps its row without a reason),
    /// `hot_list_change` how it came about, one row per version with the digest of the whole list after it.
    ///
    /// Only so many changes are kept; `feed.horizon` is the oldest cursor from which the feed can go on. The newest of
    /// the changes at or before it stays as the version that a replica at the horizon has.
    static func addHotListVersions(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE hot_list_change (
                    version INTEGER PRIMARY KEY CHECK (version > 0),
                    changed INTEGER NOT NULL UNIQUE,
                    card TEXT NOT NULL,
                    reason INTEGER,
                    entries INTEGER NOT NULL,
                    digest BLOB NOT NULL CHECK (length(digest) = 32)
                ) STRICT;
                CREATE TRIGGER hot_list_change_is_history BEFORE UPDATE ON hot_list_change
                    BEGIN SELECT RAISE(ABORT, 'changes of the hot list are append-only'); END;
                CREATE TABLE hot_list_state (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    version INTEGER NOT NULL,
                    entries INTEGER NOT NULL,
                    digest BLOB NOT NULL CHECK (length(digest) = 256)
                ) STRICT;
                ALTER TABLE feed ADD COLUMN horizon INTEGER NOT NULL DEFAULT 0;
                """)
        try HotListTable.begin(db)
    }
}
