extension Schema {
    /// Running totals of what each account's records come to, one row for each record that moves an account's money:
    /// what happened after any record is the difference of two rows, so a decision costs the same however long the
    /// history is, and neither an acknowledgement nor a snapshot nor a restart has anything to reset.
    ///
    /// `cash` and `subsidy` are what was taken from the two purses less what was given back; `offline_…` counts
    /// purchases that the terminal approved alone, and `offline_subsidy` is what the subsidy paid of those. `newest` is
    /// the latest decision time up to this row, which bounds the search for today's purchases whatever the clock did.
    /// `purchase` is the amount of an account purchase, `purchase_subsidy` its part from the subsidy, and
    /// `purchase_offline` 1 where the terminal approved it alone; 0 in other rows.
    ///
    /// Takes the place of the indexes `journal_debit` and `journal_day`.
    static let accountUse = """
        CREATE TABLE account_use (
            account INTEGER NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence > 0),
            decided_at INTEGER NOT NULL,
            newest INTEGER NOT NULL CHECK (newest >= decided_at),
            purchase INTEGER NOT NULL,
            purchase_subsidy INTEGER NOT NULL,
            purchase_offline INTEGER NOT NULL,
            cash INTEGER NOT NULL,
            subsidy INTEGER NOT NULL,
            offline_amount INTEGER NOT NULL,
            offline_count INTEGER NOT NULL,
            offline_subsidy INTEGER NOT NULL,
            PRIMARY KEY (account, sequence)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO account_use (account, sequence, decided_at, newest, purchase, purchase_subsidy,
            purchase_offline, cash, subsidy, offline_amount, offline_count, offline_subsidy)
        SELECT account, sequence, decided_at, max(decided_at) OVER earlier,
            CASE WHEN movement = 1 THEN amount ELSE 0 END, CASE WHEN movement = 1 THEN subsidy ELSE 0 END,
            movement = 1 AND path >= 2,
            sum(CASE WHEN movement >= 4 THEN subsidy - amount ELSE amount - subsidy END) OVER earlier,
            sum(CASE WHEN movement >= 4 THEN -subsidy ELSE subsidy END) OVER earlier,
            sum(CASE WHEN movement = 1 AND path >= 2 THEN amount ELSE 0 END) OVER earlier,
            sum(CASE WHEN movement = 1 AND path >= 2 THEN 1 ELSE 0 END) OVER earlier,
            sum(CASE WHEN movement = 1 AND path >= 2 THEN subsidy ELSE 0 END) OVER earlier
        FROM journal
        WHERE (outcome = 1 OR verdict = 1) AND movement IN (1, 3, 4, 5)
        WINDOW earlier AS (PARTITION BY account ORDER BY sequence)
        ORDER BY account, sequence;
        DROP INDEX journal_debit;
        DROP INDEX journal_day;
        CREATE TRIGGER account_use_keeps_rows BEFORE DELETE ON account_use BEGIN
            SELECT RAISE(ABORT, 'sums over the journal are append-only');
        END;
        CREATE TRIGGER account_use_keeps_values BEFORE UPDATE ON account_use BEGIN
            SELECT RAISE(ABORT, 'sums over the journal are append-only');
        END;
        """
}
