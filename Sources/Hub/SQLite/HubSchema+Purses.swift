/// Migration 2: electronic purses.
extension HubSchema {
    /// SQLite cannot change a CHECK, so `posting` and `record` are made anew with their rows and triggers. References
    /// to them go by name and stay; the migrator checks them all afterwards.
    static let purseChangesSQL = """
        CREATE TABLE new_posting (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('purchase', 'topUp', 'pursePurchase', 'purseLoad', 'purseReversal',
                'purseOpening', 'purseCorrection')),
            occurred_at INTEGER NOT NULL,
            posted_at INTEGER NOT NULL,
            transaction_id BLOB UNIQUE CHECK (length(transaction_id) = 16),
            reference TEXT UNIQUE,
            CHECK ((transaction_id IS NULL) <> (reference IS NULL))
        ) STRICT;
        INSERT INTO new_posting SELECT id, kind, occurred_at, posted_at, transaction_id, reference FROM posting;
        DROP TABLE posting;
        ALTER TABLE new_posting RENAME TO posting;
        CREATE TRIGGER posting_is_history_1 BEFORE UPDATE ON posting
            BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
        CREATE TRIGGER posting_is_history_2 BEFORE DELETE ON posting
            BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;

        CREATE TABLE new_record (
            id INTEGER PRIMARY KEY,
            journal_id INTEGER NOT NULL REFERENCES journal (id),
            sequence INTEGER NOT NULL,
            transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
            outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'declined', 'voided', 'unknown', 'resolved')),
            amount_fen INTEGER,
            canonical BLOB NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            received_at INTEGER NOT NULL,
            UNIQUE (journal_id, sequence)
        ) STRICT;
        INSERT INTO new_record SELECT id, journal_id, sequence, transaction_id, outcome, amount_fen, canonical, hash,
            received_at FROM record;
        DROP TABLE record;
        ALTER TABLE new_record RENAME TO record;
        CREATE TRIGGER record_is_history_1 BEFORE UPDATE ON record
            BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
        CREATE TRIGGER record_is_history_2 BEFORE DELETE ON record
            BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;

        -- Whether the hold is of a load whose outcome is unknown: it waits for the outcome, however long that takes.
        ALTER TABLE hold ADD COLUMN awaited INTEGER NOT NULL DEFAULT 0;

        """

    /// `base` is a point of the card's life behind which everything is accounted for: the opening, or a correction.
    /// `settled` is a later one that the known transactions lead to, so that nobody walks the same way twice.
    static let purseSQL = """
        CREATE TABLE purse (
            card TEXT PRIMARY KEY,
            base_offline INTEGER NOT NULL DEFAULT 0,
            base_online INTEGER NOT NULL DEFAULT 0,
            base_fen INTEGER NOT NULL DEFAULT 0,
            settled_offline INTEGER NOT NULL DEFAULT 0,
            settled_online INTEGER NOT NULL DEFAULT 0,
            settled_fen INTEGER NOT NULL DEFAULT 0,
            attention INTEGER NOT NULL DEFAULT 0,
            first_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX purse_attention ON purse (card) WHERE attention = 1;

        CREATE TABLE purse_transaction (
            id INTEGER PRIMARY KEY,
            transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
            card TEXT NOT NULL REFERENCES purse (card),
            kind TEXT NOT NULL CHECK (kind IN ('purchase', 'load')),
            outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'unknown')),
            amount_fen INTEGER NOT NULL,
            proof TEXT NOT NULL CHECK (proof IN ('genuine', 'wrong', 'missing', 'unchecked')),
            serial INTEGER,
            balance_before_fen INTEGER,
            account_id INTEGER,
            merchant TEXT NOT NULL,
            occurred_at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            CHECK ((serial IS NULL) = (balance_before_fen IS NULL))
        ) STRICT;
        CREATE INDEX purse_transaction_serial ON purse_transaction (card, kind, serial);
        CREATE INDEX purse_transaction_unknown ON purse_transaction (card) WHERE outcome = 'unknown';
        CREATE TRIGGER purse_transaction_is_history_1 BEFORE UPDATE ON purse_transaction
            BEGIN SELECT RAISE(ABORT, 'purse transactions are append-only'); END;
        CREATE TRIGGER purse_transaction_is_history_2 BEFORE DELETE ON purse_transaction
            BEGIN SELECT RAISE(ABORT, 'purse transactions are append-only'); END;

        -- What became of an unknown transaction. The newest number stands.
        CREATE TABLE purse_resolution (
            transaction_id BLOB NOT NULL REFERENCES purse_transaction (transaction_id),
            number INTEGER NOT NULL,
            verdict TEXT NOT NULL CHECK (verdict IN ('happened', 'didNotHappen')),
            basis TEXT NOT NULL CHECK (basis IN ('terminal', 'proof', 'card', 'person')),
            witness BLOB CHECK (length(witness) = 16),
            note TEXT,
            resolved_at INTEGER NOT NULL,
            PRIMARY KEY (transaction_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER purse_resolution_is_history_1 BEFORE UPDATE ON purse_resolution
            BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;
        CREATE TRIGGER purse_resolution_is_history_2 BEFORE DELETE ON purse_resolution
            BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;

        -- The one resolution that a terminal may send for a transaction.
        CREATE TABLE terminal_resolution (
            subject BLOB PRIMARY KEY CHECK (length(subject) = 16),
            transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
            verdict TEXT NOT NULL CHECK (verdict IN ('happened', 'didNotHappen', 'undetermined'))
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER terminal_resolution_is_history_1 BEFORE UPDATE ON terminal_resolution
            BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;
        CREATE TRIGGER terminal_resolution_is_history_2 BEFORE DELETE ON terminal_resolution
            BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;

        CREATE VIEW purse_move AS
        SELECT t.*, r.basis, r.witness, r.note, r.resolved_at,
            CASE WHEN t.outcome = 'approved' THEN 'happened' ELSE coalesce(r.verdict, 'unknown') END AS state
        FROM purse_transaction t
        LEFT JOIN purse_resolution r ON r.transaction_id = t.transaction_id AND r.number =
            (SELECT max(n.number) FROM purse_resolution n WHERE n.transaction_id = t.transaction_id);

        -- Loads that were asked for. `time` and `mac2` are there when granted, and given again when asked again.
        CREATE TABLE purse_load (
            transaction_id BLOB PRIMARY KEY CHECK (length(transaction_id) = 16),
            card TEXT NOT NULL,
            information BLOB NOT NULL CHECK (length(information) = 30),
            initialization BLOB NOT NULL CHECK (length(initialization) = 16),
            serial INTEGER NOT NULL,
            balance_before_fen INTEGER NOT NULL,
            time BLOB CHECK (length(time) = 7),
            mac2 BLOB CHECK (length(mac2) = 4),
            CHECK ((time IS NULL) = (mac2 IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX purse_load_card ON purse_load (card, serial) WHERE mac2 IS NOT NULL;
        CREATE TRIGGER purse_load_is_history_1 BEFORE UPDATE ON purse_load
            BEGIN SELECT RAISE(ABORT, 'loads are append-only'); END;
        CREATE TRIGGER purse_load_is_history_2 BEFORE DELETE ON purse_load
            BEGIN SELECT RAISE(ABORT, 'loads are append-only'); END;

        -- Corrections of drift, with what was found. The posting moves the money.
        CREATE TABLE purse_correction (
            posting_id INTEGER PRIMARY KEY REFERENCES posting (id),
            card TEXT NOT NULL REFERENCES purse (card),
            books_before_fen INTEGER NOT NULL,
            shown_fen INTEGER NOT NULL,
            note TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER purse_correction_is_history_1 BEFORE UPDATE ON purse_correction
            BEGIN SELECT RAISE(ABORT, 'corrections are append-only'); END;
        CREATE TRIGGER purse_correction_is_history_2 BEFORE DELETE ON purse_correction
            BEGIN SELECT RAISE(ABORT, 'corrections are append-only'); END;
        """
}
