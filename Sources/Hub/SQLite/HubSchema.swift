import GRDB

/// The hub's tables. Amounts are fen, times milliseconds since 1970 in UTC, unless a name says otherwise.
enum HubSchema {
    /// `PRAGMA application_id` of a hub database: "CTHB".
    static let applicationID: Int64 = 0x4354_4842
    /// `PRAGMA user_version`: the number of migrations that made the file.
    static let version: Int64 = 12

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 first tables") { db in
            try db.execute(sql: booksSQL + partiesSQL + terminalsSQL + paymentsSQL + exceptionsSQL)
            try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = 1")
        }
        migrator.registerMigration("2 purses") { db in
            try db.execute(sql: purseChangesSQL + purseSQL)
            try db.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration("3 books") { db in
            try db.execute(sql: postingKindsSQL + businessDaysSQL + officeSQL)
            try db.execute(sql: "PRAGMA user_version = 3")
        }
        migrator.registerMigration("4 corrections") { db in
            try db.execute(sql: correctionsSQL)
            try db.execute(sql: "PRAGMA user_version = 4")
        }
        migrator.registerMigration("5 identity") { db in
            try db.execute(sql: identitySQL)
            try db.execute(sql: "PRAGMA user_version = 5")
        }
        migrator.registerMigration("6 signing key") { db in
            try db.execute(sql: signingKeySQL)
            try db.execute(sql: "PRAGMA user_version = 6")
        }
        migrator.registerMigration("7 hot list versions") { db in
            try addHotListVersions(db)
            try db.execute(sql: "PRAGMA user_version = 7")
        }
        migrator.registerMigration("8 sessions") { db in
            try db.execute(sql: sessionsSQL)
            try db.execute(sql: "PRAGMA user_version = 8")
        }
        migrator.registerMigration("9 policies") { db in
            try db.execute(sql: policiesSQL)
            try db.execute(sql: "PRAGMA user_version = 9")
        }
        migrator.registerMigration("10 hold split") { db in
            try db.execute(sql: holdSplitSQL)
            try db.execute(sql: "PRAGMA user_version = 10")
        }
        migrator.registerMigration("11 work notes") { db in
            try db.execute(sql: workNotesSQL)
            try db.execute(sql: "PRAGMA user_version = 11")
        }
        migrator.registerMigration("12 feed epochs") { db in
            try db.execute(sql: feedEpochsSQL)
            try db.execute(sql: "PRAGMA user_version = 12")
        }
        return migrator
    }

    /// Double entry. `posting` and `entry` are history: they only grow. `book.balance_fen` is the sum of the book's
    /// entries, kept in the same transaction, so that a hold costs no sum over years.
    private static let booksSQL = """
        CREATE TABLE feed (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            cursor INTEGER NOT NULL
        ) STRICT;
        INSERT INTO feed (id, cursor) VALUES (1, 0);

        CREATE TABLE book (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            balance_fen INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        INSERT INTO book (name) VALUES ('funding'), ('suspense');

        CREATE TABLE posting (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('purchase', 'topUp')),
            occurred_at INTEGER NOT NULL,
            posted_at INTEGER NOT NULL,
            transaction_id BLOB UNIQUE CHECK (length(transaction_id) = 16),
            reference TEXT UNIQUE,
            CHECK ((transaction_id IS NULL) <> (reference IS NULL))
        ) STRICT;
        CREATE TRIGGER posting_is_history_1 BEFORE UPDATE ON posting
            BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
        CREATE TRIGGER posting_is_history_2 BEFORE DELETE ON posting
            BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;

        CREATE TABLE entry (
            posting_id INTEGER NOT NULL REFERENCES posting (id),
            leg INTEGER NOT NULL,
            book_id INTEGER NOT NULL REFERENCES book (id),
            amount_fen INTEGER NOT NULL,
            PRIMARY KEY (posting_id, leg)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX entry_book ON entry (book_id, posting_id, amount_fen);
        CREATE TRIGGER entry_is_history_1 BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
        CREATE TRIGGER entry_is_history_2 BEFORE DELETE ON entry
            BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;

        """

    /// `changed` is the feed's counter at the row's last change; every value of the counter is used once.
    private static let partiesSQL = """
        CREATE TABLE account (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('active', 'frozen', 'closed')),
            book_id INTEGER NOT NULL UNIQUE REFERENCES book (id),
            created_at INTEGER NOT NULL,
            changed INTEGER NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE card (
            id TEXT PRIMARY KEY,
            account_id INTEGER NOT NULL REFERENCES account (id),
            status TEXT NOT NULL CHECK (status IN ('active', 'lost', 'stolen', 'closed')),
            issued_at INTEGER NOT NULL,
            changed INTEGER NOT NULL UNIQUE
        ) STRICT;
        CREATE INDEX card_account ON card (account_id);

        CREATE TABLE hot_list (
            card TEXT PRIMARY KEY,
            reason INTEGER,
            changed INTEGER NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE code_key (
            key_id INTEGER PRIMARY KEY,
            public_key BLOB NOT NULL CHECK (length(public_key) = 32),
            valid_from_seconds INTEGER NOT NULL,
            valid_through_seconds INTEGER NOT NULL,
            changed INTEGER NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE merchant (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        """

    /// `head` and `sequence` of a journal are what the hub acknowledged; records are history.
    private static let terminalsSQL = """
        CREATE TABLE terminal (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            secret_digest BLOB NOT NULL CHECK (length(secret_digest) = 32),
            enabled INTEGER NOT NULL,
            registered_at INTEGER NOT NULL,
            last_contact_at INTEGER
        ) STRICT;

        CREATE TABLE terminal_merchant (
            terminal TEXT NOT NULL REFERENCES terminal (id),
            merchant TEXT NOT NULL REFERENCES merchant (id),
            PRIMARY KEY (terminal, merchant)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE journal (
            id INTEGER PRIMARY KEY,
            terminal TEXT NOT NULL REFERENCES terminal (id),
            journal TEXT NOT NULL,
            public_key BLOB NOT NULL CHECK (length(public_key) = 32),
            current INTEGER NOT NULL,
            registered_at INTEGER NOT NULL,
            sequence INTEGER NOT NULL DEFAULT 0,
            head BLOB NOT NULL CHECK (length(head) = 32),
            approved_count INTEGER NOT NULL DEFAULT 0,
            approved_fen INTEGER NOT NULL DEFAULT 0,
            UNIQUE (terminal, journal)
        ) STRICT;
        CREATE UNIQUE INDEX journal_current ON journal (terminal) WHERE current = 1;

        CREATE TABLE record (
            id INTEGER PRIMARY KEY,
            journal_id INTEGER NOT NULL REFERENCES journal (id),
            sequence INTEGER NOT NULL,
            transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
            outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'declined', 'voided')),
            amount_fen INTEGER,
            canonical BLOB NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            received_at INTEGER NOT NULL,
            UNIQUE (journal_id, sequence)
        ) STRICT;
        CREATE TRIGGER record_is_history_1 BEFORE UPDATE ON record
            BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
        CREATE TRIGGER record_is_history_2 BEFORE DELETE ON record
            BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;

        """

    private static let paymentsSQL = """
        CREATE TABLE hold (
            id INTEGER PRIMARY KEY,
            transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
            amount_fen INTEGER NOT NULL,
            card TEXT,
            proof TEXT,
            code_key INTEGER,
            code_serial TEXT,
            merchant TEXT NOT NULL,
            lane TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('held', 'declined', 'captured', 'released', 'expired')),
            account_id INTEGER REFERENCES account (id),
            available_fen INTEGER,
            reason INTEGER,
            created_at INTEGER NOT NULL,
            resolved_at INTEGER,
            CHECK ((state = 'declined') = (reason IS NOT NULL)),
            CHECK ((state = 'declined') = (account_id IS NULL))
        ) STRICT;
        CREATE INDEX hold_active ON hold (account_id, amount_fen) WHERE state = 'held';
        CREATE INDEX hold_age ON hold (created_at) WHERE state = 'held';
        CREATE INDEX hold_code ON hold (code_key, code_serial) WHERE code_key IS NOT NULL;
        CREATE TRIGGER hold_resolves_once BEFORE UPDATE ON hold WHEN OLD.state <> 'held'
            BEGIN SELECT RAISE(ABORT, 'a hold resolves once'); END;
        CREATE TRIGGER hold_is_history BEFORE DELETE ON hold
            BEGIN SELECT RAISE(ABORT, 'holds are never deleted'); END;

        CREATE TABLE code (
            key_id INTEGER NOT NULL,
            serial TEXT NOT NULL,
            account_id INTEGER NOT NULL REFERENCES account (id),
            limit_fen INTEGER NOT NULL,
            issued_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (key_id, serial)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE code_redemption (
            key_id INTEGER NOT NULL,
            serial TEXT NOT NULL,
            transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
            redeemed_at INTEGER NOT NULL,
            PRIMARY KEY (key_id, serial)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER code_redemption_is_history_1 BEFORE UPDATE ON code_redemption
            BEGIN SELECT RAISE(ABORT, 'redemptions are append-only'); END;
        CREATE TRIGGER code_redemption_is_history_2 BEFORE DELETE ON code_redemption
            BEGIN SELECT RAISE(ABORT, 'redemptions are append-only'); END;

        """

    private static let exceptionsSQL = """
        CREATE TABLE exception (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            text TEXT NOT NULL,
            transaction_id BLOB CHECK (length(transaction_id) = 16),
            terminal TEXT,
            account_id INTEGER,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            occurrences INTEGER NOT NULL DEFAULT 1,
            closed_at INTEGER,
            note TEXT,
            CHECK ((closed_at IS NULL) = (note IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX exception_open ON exception (kind, subject) WHERE closed_at IS NULL;
        CREATE TRIGGER exception_is_history BEFORE DELETE ON exception
            BEGIN SELECT RAISE(ABORT, 'exceptions are never deleted'); END;
        """
}
