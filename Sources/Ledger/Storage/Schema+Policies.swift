extension Schema {
    /// Signed policies, of which none is ever taken back; what the policy asks about an account's holder; the newest
    /// known time; and the indexes that a decision needs under 100,000 records, each with every column that its
    /// question names. Comes after the step that gives the journal its column `subsidy`.
    static let policies = """
        CREATE TABLE policy (
            version INTEGER PRIMARY KEY CHECK (version > 0),
            document TEXT NOT NULL,
            signature TEXT NOT NULL CHECK (length(signature) = 128),
            received_at INTEGER NOT NULL
        ) STRICT;
        CREATE TRIGGER policy_keeps_rows BEFORE DELETE ON policy BEGIN
            SELECT RAISE(ABORT, 'policies are append-only');
        END;
        CREATE TRIGGER policy_keeps_values BEFORE UPDATE ON policy BEGIN
            SELECT RAISE(ABORT, 'policies are append-only');
        END;

        CREATE TABLE account_terms (
            account INTEGER PRIMARY KEY,
            card_class TEXT NOT NULL,
            single_limit INTEGER CHECK (single_limit >= 0),
            day_limit INTEGER CHECK (day_limit >= 0),
            pin_version INTEGER,
            pin_salt TEXT,
            pin_hash TEXT,
            pin_iterations INTEGER,
            pin_locked INTEGER,
            use_day INTEGER,
            use_amount INTEGER,
            use_count INTEGER,
            use_meal INTEGER,
            use_meal_amount INTEGER,
            use_meal_count INTEGER,
            use_meal_subsidies INTEGER,
            CHECK ((pin_version IS NULL) = (pin_hash IS NULL) AND (pin_version IS NULL) = (pin_salt IS NULL)
                AND (pin_version IS NULL) = (pin_iterations IS NULL) AND (pin_version IS NULL) = (pin_locked IS NULL)),
            CHECK ((use_day IS NULL) = (use_amount IS NULL) AND (use_day IS NULL) = (use_count IS NULL)
                AND (use_day IS NULL) = (use_meal IS NULL) AND (use_day IS NULL) = (use_meal_amount IS NULL)
                AND (use_day IS NULL) = (use_meal_count IS NULL) AND (use_day IS NULL) = (use_meal_subsidies IS NULL))
        ) STRICT;

        -- Wrong PINs in a row since the PIN was set or unlocked.
        CREATE TABLE pin_failure (
            account INTEGER PRIMARY KEY,
            pin_version INTEGER NOT NULL,
            failures INTEGER NOT NULL CHECK (failures > 0)
        ) STRICT;

        CREATE TABLE clock_point (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            boot TEXT NOT NULL,
            uptime_milliseconds INTEGER NOT NULL,
            time INTEGER NOT NULL,
            trusted INTEGER NOT NULL CHECK (trusted IN (0, 1))
        ) STRICT;

        CREATE INDEX journal_day ON journal (account, decided_at, sequence, amount, subsidy, outcome, movement)
            WHERE outcome = 1 AND movement = 1;
        CREATE INDEX journal_offline ON journal (sequence, decided_at, outcome, movement, path)
            WHERE outcome = 1 AND movement = 1 AND path >= 2;
        """
}
