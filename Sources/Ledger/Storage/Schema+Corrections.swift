extension Schema {
    /// Takes sales with subsidy, refunds and voids, and the subsidy purse of the replica's accounts. Nothing older has
    /// any of them.
    ///
    /// The journal is rebuilt as ``secondVersion`` does it. `corrects` is the whole id of the corrected sale, as in
    /// canonical bytes. `journal_debit` has every column that the sums over an account's purses ask for. `correction`
    /// has the references under which corrections were asked for.
    static let corrections = """
        CREATE TABLE journal_3 (
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
            movement INTEGER CHECK ((movement IS NULL) = (outcome = 3)
                AND (movement IS NULL OR movement BETWEEN 1 AND 5)),
            evidence BLOB CHECK (evidence IS NULL OR length(evidence) BETWEEN 1 AND 512),
            verdict INTEGER CHECK ((verdict IS NOT NULL) = (outcome = 5) AND (verdict IS NULL OR verdict IN (1, 2, 3))),
            subject INTEGER REFERENCES journal (trace)
                CHECK ((subject IS NOT NULL) = (outcome = 5) AND (subject IS NULL OR subject <> trace)),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            subsidy INTEGER NOT NULL DEFAULT 0 CHECK (subsidy >= 0
                AND (subsidy = 0 OR (movement IS NOT NULL AND movement IN (1, 4, 5) AND subsidy <= amount))),
            corrects BLOB CHECK ((corrects IS NOT NULL) = (movement IS NOT NULL AND movement IN (4, 5))
                AND (corrects IS NULL OR length(corrects) = 16)),
            CHECK ((payer IS NULL) = (outcome = 3) AND (merchant IS NULL) = (outcome = 3)
                AND (lane IS NULL) = (outcome = 3) AND (path IS NULL) = (outcome = 3)),
            CHECK ((card IS NOT NULL) = (payer IS NOT NULL AND payer <> 3)
                AND (key_id IS NOT NULL) = (payer IS NOT NULL AND payer = 3)
                AND (serial IS NOT NULL) = (payer IS NOT NULL AND payer = 3)),
            CHECK (outcome IN (2, 3) OR movement = 2 OR account IS NOT NULL),
            CHECK (outcome IN (1, 2, 3) OR movement IN (2, 3)),
            CHECK (movement IS NULL OR movement IN (1, 4, 5) OR payer <> 3),
            CHECK (evidence IS NULL OR (movement IS NOT NULL AND movement IN (2, 3))),
            CHECK (outcome IN (2, 3) OR movement IN (1, 4, 5) OR evidence IS NOT NULL)
        ) STRICT;
        INSERT INTO journal_3 (sequence, trace, outcome, reason, decided_at, replica_cursor, amount, payer, card,
            key_id, serial, account, merchant, lane, path, movement, evidence, verdict, subject, hash)
        SELECT sequence, trace, outcome, reason, decided_at, replica_cursor, amount, payer, card, key_id,
            serial, account, merchant, lane, path, movement, evidence, verdict, subject, hash
        FROM journal ORDER BY sequence;
        DROP TABLE journal;
        ALTER TABLE journal_3 RENAME TO journal;

        CREATE INDEX journal_debit ON journal (account, sequence, amount, path, movement, outcome, verdict, subsidy)
            WHERE (outcome = 1 OR verdict = 1) AND movement IN (1, 3, 4, 5);
        CREATE UNIQUE INDEX journal_resolution ON journal (subject) WHERE outcome = 5;
        CREATE INDEX journal_correction ON journal (corrects, outcome, amount, subsidy, movement)
            WHERE corrects IS NOT NULL;
        CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal BEGIN
            SELECT RAISE(ABORT, 'the journal is append-only');
        END;
        CREATE TRIGGER journal_keeps_values BEFORE UPDATE ON journal BEGIN
            SELECT RAISE(ABORT, 'the journal is append-only');
        END;

        CREATE TABLE correction (
            reference TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL UNIQUE REFERENCES journal (sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER correction_keeps_rows BEFORE DELETE ON correction BEGIN
            SELECT RAISE(ABORT, 'corrections are append-only');
        END;
        CREATE TRIGGER correction_keeps_values BEFORE UPDATE ON correction BEGIN
            SELECT RAISE(ABORT, 'corrections are append-only');
        END;

        ALTER TABLE account ADD COLUMN subsidy INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE account ADD COLUMN subsidy_expires INTEGER;
        """
}
