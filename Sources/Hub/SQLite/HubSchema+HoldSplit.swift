extension HubSchema {
    /// Which part of a hold the subsidy purse pays, and when a terminal last asked for changes, which it does when it
    /// has delivered everything. Comes after the first tables.
    static let holdSplitSQL = """
        ALTER TABLE hold ADD COLUMN subsidy_fen INTEGER CHECK (subsidy_fen BETWEEN 0 AND amount_fen);
        ALTER TABLE terminal ADD COLUMN level_at INTEGER;
        DROP INDEX hold_active;
        CREATE INDEX hold_active ON hold (account_id, amount_fen, subsidy_fen) WHERE state = 'held';
        """
}
