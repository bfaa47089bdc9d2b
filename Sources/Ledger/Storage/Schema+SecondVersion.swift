extension Schema {
    /// Version 2 takes transactions with a card's own money: what moves, its evidence, resolutions, and the intents of
    /// transactions that are open.
    ///
    /// SQLite cannot change a CHECK, so the journal is rebuilt under another name and takes the place of the old one;
    /// the tables that refer to it by name refer to the new one then. `verdict` and `subject` exist in resolutions
    /// only. The index `journal_debit` has every column that the sum over an account's debits asks for.
    static let secondVersion = """
        CREATE TABLE journal_2 (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            trace INTEGER NOT NULL UNIQUE CHECK (trace > 0),
            outcome INTEGER NOT NULL CHECK (outcome IN (1, 2, 3, 4, 5)),
            reason INTEGER CHECK ((reason IS NOT NULL) = (outcome = 2)),
            decided_at INTEGER NOT NULL,
            replica_cursor INTEGER NOT NULL,
            amount INTEGER CHECK ((amount IS NULL) = (outcome = 3) AND (amount IS NULL OR amount > 0)),
            payer INTEGER CHECK (payer IN (1, 2, 3)),
            card TEXT,
            key_id INTEGER,
            serial INTEGER,
            account INTEGER,
            merchant TEXT,
            lane TEXT,
            path INTEGER CHECK (path BETWEEN 0 AND 4),
            movement INTEGER CHECK ((movement IS NULL) = (outcome = 3) AND (movement IS NULL OR movement IN (1, 2, 3))),
            evidence BLOB CHECK (evidence IS NULL OR length(evidence) BETWEEN 1 AND 512),
            verdict INTEGER CHECK ((verdict IS NOT NULL) = (outcome = 5) AND (verdict IS NULL OR verdict IN (1, 2, 3))),
            subject INTEGER REFERENCES journal (trace)
                CHECK ((subject IS NOT NULL) = (outcome = 5) AND (subject IS NULL OR subject <> trace)),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            CHECK ((payer IS NULL) = (outcome = 3) AND (merchant IS NULL) = (outcome = 3)
                AND (lane IS NULL) = (outcome = 3) AND (path IS NULL) = (outcome = 3)),
            CHECK ((card IS NOT NULL) = (payer IS NOT NULL AND payer <> 3)
                AND (key_id IS NOT NULL) = (payer IS NOT NULL AND payer = 3)
                AND (serial IS NOT NULL) = (payer IS NOT NULL AND payer = 3)),
            CHECK (outcome IN (2, 3) OR movement = 2 OR account IS NOT NULL),
            CHECK (outcome IN (1, 2, 3) OR movement <> 1),
            CHECK (movement IS NULL OR movement = 1 OR payer <> 3),
            CHECK (evidence IS NULL OR (movement IS NOT NULL AND movement <> 1)),
            CHECK (outcome IN (2, 3) OR movement = 1 OR evidence IS NOT NULL)
        ) STRICT;
        INSERT INTO journal_2 (sequence, trace, outcome, reason, decided_at, replica_cursor, amount, payer, card,
            key_id, serial, account, merchant, lane, path, movement, hash)
        SELECT sequence, trace, outcome, reason, decided_at, replica_cursor, amount, payer, card, key_id,
            serial, account, merchant, lane, path, CASE outcome WHEN 3 THEN NULL ELSE 1 END, hash
        FROM journal ORDER BY sequence;
        DROP TABLE journal;
        ALTER TABLE journal_2 RENAME TO journal;

        CREATE INDEX journal_debit ON journal (account, sequence, amount, path, movement, outcome, verdict)
            WHERE (outcome = 1 OR verdict = 1) AND movement IN (1, 3);
        CREATE UNIQUE INDEX journal_resolution ON journal (subject) WHERE outcome = 5;
        CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal BEGIN
            SELECT RAISE(ABORT, 'the journal is append-only');
        END;
        CREATE TRIGGER journal_keeps_values BEFORE UPDATE ON journal BEGIN
            SELECT RAISE(ABORT, 'the journal is append-only');
        END;

        CREATE TABLE card_intent (
            trace INTEGER PRIMARY KEY CHECK (trace BETWEEN 1 AND 281474976710655),
            card TEXT NOT NULL UNIQUE,
            movement INTEGER NOT NULL CHECK (movement IN (2, 3)),
            amount INTEGER NOT NULL CHECK (amount > 0),
            account INTEGER CHECK (account IS NOT NULL OR movement = 2),
            merchant TEXT NOT NULL,
            lane TEXT NOT NULL,
            payer INTEGER NOT NULL CHECK (payer IN (1, 2)),
            path INTEGER NOT NULL CHECK (path BETWEEN 0 AND 4),
            reference TEXT NOT NULL,
            evidence BLOB NOT NULL CHECK (length(evidence) BETWEEN 1 AND 512),
            intended_at INTEGER NOT NULL
        ) STRICT;
        """
}
