extension HubSchema {
    /// Signed policies, which only grow; what the policy asks about an account's holder; and what an account bought on
    /// the newest day and at the newest meal of that day. Comes after the step that makes kinds of postings rows.
    static let policiesSQL = """
        INSERT INTO posting_kind (name) VALUES ('subsidyGrant'), ('subsidyExpiry');

        CREATE TABLE policy (
            version INTEGER PRIMARY KEY CHECK (version > 0),
            document TEXT NOT NULL,
            signature TEXT NOT NULL CHECK (length(signature) = 128),
            note TEXT NOT NULL,
            set_at INTEGER NOT NULL,
            changed INTEGER NOT NULL UNIQUE
        ) STRICT;
        CREATE TRIGGER policy_is_history_1 BEFORE UPDATE ON policy
            BEGIN SELECT RAISE(ABORT, 'policies are append-only'); END;
        CREATE TRIGGER policy_is_history_2 BEFORE DELETE ON policy
            BEGIN SELECT RAISE(ABORT, 'policies are append-only'); END;

        CREATE TABLE account_terms (
            account_id INTEGER PRIMARY KEY REFERENCES account (id),
            card_class TEXT NOT NULL DEFAULT 'standard',
            single_limit_fen INTEGER CHECK (single_limit_fen >= 0),
            day_limit_fen INTEGER CHECK (day_limit_fen >= 0),
            subsidy_ends_at INTEGER,
            pin_version INTEGER NOT NULL DEFAULT 0,
            pin_salt TEXT,
            pin_hash TEXT,
            pin_iterations INTEGER,
            pin_failures INTEGER NOT NULL DEFAULT 0,
            CHECK ((pin_hash IS NULL) = (pin_salt IS NULL) AND (pin_hash IS NULL) = (pin_iterations IS NULL))
        ) STRICT;

        CREATE TABLE account_use (
            account_id INTEGER PRIMARY KEY REFERENCES account (id),
            day INTEGER NOT NULL,
            amount_fen INTEGER NOT NULL,
            count INTEGER NOT NULL,
            newest_at INTEGER NOT NULL,
            meal INTEGER NOT NULL,
            meal_amount_fen INTEGER NOT NULL,
            meal_count INTEGER NOT NULL,
            meal_subsidies INTEGER NOT NULL
        ) STRICT;
        """
}
