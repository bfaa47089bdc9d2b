/// Refunds, voids and the recovery of debts.
extension HubSchema {
    /// `corrects` is the sale that a refund or void corrects, in whichever journal that is.
    static let correctionsSQL = """
        INSERT INTO posting_kind (name) VALUES ('refund'), ('void'), ('debtRecovery');

        ALTER TABLE record ADD COLUMN corrects BLOB CHECK (corrects IS NULL OR length(corrects) = 16);
        CREATE INDEX record_corrects ON record (corrects) WHERE corrects IS NOT NULL;

        """
}
