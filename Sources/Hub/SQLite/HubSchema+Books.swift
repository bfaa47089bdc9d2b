/// Business days, settlements, adjustments, and the work list of exceptions.
extension HubSchema {
    /// Kinds of postings become rows, so that a new kind needs no new table. SQLite cannot change a CHECK, so `posting`
    /// is made anew with its rows and triggers.
    static let postingKindsSQL = """
        CREATE TABLE posting_kind (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        INSERT INTO posting_kind (name) VALUES ('purchase'), ('topUp'), ('pursePurchase'), ('purseLoad'),
            ('purseReversal'), ('purseOpening'), ('purseCorrection'), ('adjustment'), ('settlement'),
            ('settlementPayment');

        CREATE TABLE new_posting (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL REFERENCES posting_kind (name),
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

        """

    /// Days are numbers of days since 1970-01-01. A row of `business_day` is a closed day. `late_day` is the closed day
    /// in which a late posting happened.
    static let businessDaysSQL = """
        CREATE TABLE business_calendar (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            offset_seconds INTEGER NOT NULL,
            cut_over_seconds INTEGER NOT NULL
        ) STRICT;
        INSERT INTO business_calendar VALUES (1, 28800, 14400);

        CREATE TABLE business_day (
            day INTEGER PRIMARY KEY,
            closed_at INTEGER NOT NULL,
            closed_by TEXT,
            posting_count INTEGER NOT NULL,
            late_count INTEGER NOT NULL,
            turnover_fen INTEGER NOT NULL,
            first_posting INTEGER,
            last_posting INTEGER
        ) STRICT;
        CREATE TRIGGER business_day_in_order BEFORE INSERT ON business_day
            WHEN NEW.day <> (SELECT max(day) + 1 FROM business_day)
            BEGIN SELECT RAISE(ABORT, 'days are closed in order'); END;
        CREATE TRIGGER business_day_is_history_1 BEFORE UPDATE ON business_day
            BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
        CREATE TRIGGER business_day_is_history_2 BEFORE DELETE ON business_day
            BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;

        CREATE TABLE merchant_day (
            merchant TEXT NOT NULL,
            day INTEGER NOT NULL REFERENCES business_day (day),
            sales_count INTEGER NOT NULL,
            sales_fen INTEGER NOT NULL,
            refunds_count INTEGER NOT NULL,
            refunds_fen INTEGER NOT NULL,
            corrections_count INTEGER NOT NULL,
            corrections_fen INTEGER NOT NULL,
            PRIMARY KEY (merchant, day)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX merchant_day_day ON merchant_day (day);
        CREATE TRIGGER merchant_day_is_history_1 BEFORE UPDATE ON merchant_day
            BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
        CREATE TRIGGER merchant_day_is_history_2 BEFORE DELETE ON merchant_day
            BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;

        CREATE TABLE posting_day (
            posting_id INTEGER PRIMARY KEY REFERENCES posting (id),
            day INTEGER NOT NULL,
            late_day INTEGER CHECK (late_day < day)
        ) STRICT;
        CREATE INDEX posting_day_day ON posting_day (day, posting_id);
        CREATE INDEX posting_day_late ON posting_day (late_day) WHERE late_day IS NOT NULL;
        CREATE TRIGGER posting_day_is_open BEFORE INSERT ON posting_day
            WHEN NEW.day <= (SELECT max(day) FROM business_day)
            BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
        CREATE TRIGGER posting_day_is_history_1 BEFORE UPDATE ON posting_day
            BEGIN SELECT RAISE(ABORT, 'a posting keeps its day'); END;
        CREATE TRIGGER posting_day_is_history_2 BEFORE DELETE ON posting_day
            BEGIN SELECT RAISE(ABORT, 'a posting keeps its day'); END;

        """

    /// Two persons stand in every decided row; the tables themselves refuse one who decides alone.
    static let officeSQL = """
        CREATE TABLE adjustment (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            account_id INTEGER,
            merchant TEXT,
            transaction_id BLOB CHECK (length(transaction_id) = 16),
            exception_id INTEGER REFERENCES exception (id),
            note TEXT NOT NULL,
            proposed_uid INTEGER NOT NULL,
            proposed_by TEXT NOT NULL,
            proposed_at INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'proposed'
                CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
            decided_uid INTEGER,
            decided_by TEXT,
            decided_at INTEGER,
            decision_note TEXT,
            posting_id INTEGER UNIQUE REFERENCES posting (id),
            CHECK (transaction_id IS NOT NULL OR exception_id IS NOT NULL),
            CHECK ((state = 'proposed') = (decided_uid IS NULL)),
            CHECK ((state = 'approved') = (posting_id IS NOT NULL)),
            CHECK (state NOT IN ('approved', 'rejected') OR decided_uid <> proposed_uid),
            CHECK (state <> 'withdrawn' OR decided_uid = proposed_uid)
        ) STRICT;
        CREATE INDEX adjustment_transaction ON adjustment (transaction_id) WHERE transaction_id IS NOT NULL;
        CREATE INDEX adjustment_proposed ON adjustment (id) WHERE state = 'proposed';
        CREATE TRIGGER adjustment_is_decided_once BEFORE UPDATE ON adjustment
            WHEN OLD.state <> 'proposed' OR NEW.kind <> OLD.kind OR NEW.amount_fen <> OLD.amount_fen
                OR NEW.account_id IS NOT OLD.account_id OR NEW.merchant IS NOT OLD.merchant
                OR NEW.transaction_id IS NOT OLD.transaction_id OR NEW.exception_id IS NOT OLD.exception_id
                OR NEW.proposed_uid <> OLD.proposed_uid
            BEGIN SELECT RAISE(ABORT, 'an adjustment is decided once and never edited'); END;
        CREATE TRIGGER adjustment_is_history BEFORE DELETE ON adjustment
            BEGIN SELECT RAISE(ABORT, 'adjustments are never deleted'); END;

        CREATE TABLE settlement (
            id INTEGER PRIMARY KEY,
            merchant TEXT NOT NULL,
            from_day INTEGER NOT NULL,
            through_day INTEGER NOT NULL REFERENCES business_day (day),
            sales_count INTEGER NOT NULL,
            sales_fen INTEGER NOT NULL,
            refunds_count INTEGER NOT NULL,
            refunds_fen INTEGER NOT NULL,
            corrections_count INTEGER NOT NULL,
            corrections_fen INTEGER NOT NULL,
            carried_fen INTEGER NOT NULL CHECK (carried_fen <= 0),
            state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'confirmed', 'paid', 'cancelled')),
            drafted_uid INTEGER NOT NULL,
            drafted_by TEXT NOT NULL,
            drafted_at INTEGER NOT NULL,
            decided_uid INTEGER,
            decided_by TEXT,
            decided_at INTEGER,
            payment_reference TEXT,
            paid_by TEXT,
            paid_at INTEGER,
            posting_id INTEGER UNIQUE REFERENCES posting (id),
            payment_posting_id INTEGER UNIQUE REFERENCES posting (id),
            CHECK (from_day <= through_day),
            CHECK ((state = 'draft') = (decided_uid IS NULL)),
            CHECK (state NOT IN ('confirmed', 'paid') OR decided_uid <> drafted_uid),
            CHECK ((state = 'paid') = (payment_reference IS NOT NULL)),
            CHECK ((state = 'paid') = (payment_posting_id IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX settlement_period ON settlement (merchant, from_day) WHERE state <> 'cancelled';
        CREATE UNIQUE INDEX settlement_draft ON settlement (merchant) WHERE state = 'draft';
        CREATE TRIGGER settlement_follows BEFORE INSERT ON settlement
            WHEN NEW.from_day <= (SELECT max(through_day) FROM settlement
                WHERE merchant = NEW.merchant AND state <> 'cancelled')
            BEGIN SELECT RAISE(ABORT, 'a day is settled once'); END;
        CREATE TRIGGER settlement_keeps_its_figures BEFORE UPDATE ON settlement
            WHEN OLD.state IN ('paid', 'cancelled') OR (OLD.state = 'confirmed' AND NEW.state <> 'paid')
                OR NEW.merchant <> OLD.merchant OR NEW.from_day <> OLD.from_day OR NEW.through_day <> OLD.through_day
                OR NEW.sales_fen <> OLD.sales_fen OR NEW.refunds_fen <> OLD.refunds_fen
                OR NEW.corrections_fen <> OLD.corrections_fen OR NEW.carried_fen <> OLD.carried_fen
                OR NEW.drafted_uid <> OLD.drafted_uid
            BEGIN SELECT RAISE(ABORT, 'a settlement keeps its figures'); END;
        CREATE TRIGGER settlement_is_history BEFORE DELETE ON settlement
            BEGIN SELECT RAISE(ABORT, 'settlements are never deleted'); END;

        ALTER TABLE exception ADD COLUMN assignee TEXT;
        ALTER TABLE exception ADD COLUMN resolution TEXT;
        ALTER TABLE exception ADD COLUMN closed_by TEXT;
        ALTER TABLE exception ADD COLUMN adjustment_id INTEGER REFERENCES adjustment (id);
        ALTER TABLE exception ADD COLUMN amount_fen INTEGER;
        ALTER TABLE exception ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0;

        CREATE INDEX exception_subject ON exception (kind, subject);

        -- What was done about an exception, by whom. The exception's own row shows where it stands.
        CREATE TABLE exception_event (
            id INTEGER PRIMARY KEY,
            exception_id INTEGER NOT NULL REFERENCES exception (id),
            at INTEGER NOT NULL,
            operator TEXT NOT NULL,
            act TEXT NOT NULL CHECK (act IN ('contested', 'assigned', 'closed', 'reopened')),
            text TEXT NOT NULL
        ) STRICT;
        CREATE INDEX exception_event_exception ON exception_event (exception_id, id);
        CREATE TRIGGER exception_event_is_history_1 BEFORE UPDATE ON exception_event
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
        CREATE TRIGGER exception_event_is_history_2 BEFORE DELETE ON exception_event
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
        """
}
