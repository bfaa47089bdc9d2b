extension Schema {
    /// A transaction id is terminal, journal and trace number; the first two are one value for the whole file, so
    /// that a unique `trace` is a unique transaction id (promise 2).
    static let firstVersion = """
        CREATE TABLE state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            terminal TEXT NOT NULL,
            journal TEXT NOT NULL,
            head_sequence INTEGER NOT NULL,
            head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
            newest_decision INTEGER,
            reserved_through INTEGER NOT NULL,
            acknowledged_sequence INTEGER NOT NULL,
            acknowledged_hash BLOB NOT NULL CHECK (length(acknowledged_hash) = 32),
            replica_cursor INTEGER NOT NULL,
            last_hub_contact INTEGER,
            running INTEGER NOT NULL CHECK (running IN (0, 1))
        ) STRICT;

        CREATE TABLE journal (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            trace INTEGER NOT NULL UNIQUE CHECK (trace > 0),
            outcome INTEGER NOT NULL CHECK (outcome IN (1, 2, 3)),
            reason INTEGER CHECK ((reason IS NOT NULL) = (outcome = 2)),
            decided_at INTEGER NOT NULL,
            replica_cursor INTEGER NOT NULL,
            amount INTEGER CHECK ((amount IS NULL) = (outcome = 3) AND (amount IS NULL OR amount > 0)),
            payer INTEGER CHECK (payer IN (1, 2, 3)),
            card TEXT,
            key_id INTEGER,
            serial INTEGER,
            account INTEGER CHECK (account IS NOT NULL OR outcome <> 1),
            merchant TEXT,
            lane TEXT,
            path INTEGER CHECK (path BETWEEN 0 AND 4),
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        CREATE INDEX journal_debit ON journal (account, sequence, amount, path) WHERE outcome = 1;
        CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal BEGIN
            SELECT RAISE(ABORT, 'the journal is append-only');
        END;
        CREATE TRIGGER journal_keeps_values BEFORE UPDATE ON journal BEGIN
            SELECT RAISE(ABORT, 'the journal is append-only');
        END;

        CREATE TABLE entry (
            sequence INTEGER NOT NULL REFERENCES journal (sequence),
            leg INTEGER NOT NULL CHECK (leg > 0),
            account TEXT NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (sequence, leg)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER entry_keeps_rows BEFORE DELETE ON entry BEGIN
            SELECT RAISE(ABORT, 'entries are append-only');
        END;
        CREATE TRIGGER entry_keeps_values BEFORE UPDATE ON entry BEGIN
            SELECT RAISE(ABORT, 'entries are append-only');
        END;

        CREATE TABLE code_redemption (
            key_id INTEGER NOT NULL,
            serial INTEGER NOT NULL,
            sequence INTEGER NOT NULL REFERENCES journal (sequence),
            PRIMARY KEY (key_id, serial)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER code_redemption_keeps_rows BEFORE DELETE ON code_redemption BEGIN
            SELECT RAISE(ABORT, 'redemptions are append-only');
        END;
        CREATE TRIGGER code_redemption_keeps_values BEFORE UPDATE ON code_redemption BEGIN
            SELECT RAISE(ABORT, 'redemptions are append-only');
        END;

        CREATE TABLE account (
            id INTEGER PRIMARY KEY,
            status TEXT NOT NULL CHECK (status IN ('active', 'frozen', 'closed')),
            balance INTEGER NOT NULL,
            as_of_sequence INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE card (
            id TEXT PRIMARY KEY,
            account INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('active', 'lost', 'stolen', 'closed'))
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hot_list (
            card TEXT PRIMARY KEY,
            reason INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE code_key (
            key_id INTEGER PRIMARY KEY,
            public_key TEXT NOT NULL,
            valid_from INTEGER NOT NULL,
            valid_through INTEGER NOT NULL
        ) STRICT;
        """
}
