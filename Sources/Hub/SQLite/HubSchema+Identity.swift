/// Migration 3: terminals' certificates and enrolment codes.
extension HubSchema {
    static let identitySQL = """
        CREATE TABLE certificate (
            serial BLOB PRIMARY KEY CHECK (length(serial) = 16),
            terminal TEXT NOT NULL REFERENCES terminal (id),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            issued_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX certificate_terminal ON certificate (terminal, issued_at);
        CREATE TRIGGER certificate_is_history_1 BEFORE DELETE ON certificate
            BEGIN SELECT RAISE(ABORT, 'certificates are never deleted'); END;
        CREATE TRIGGER certificate_is_history_2 BEFORE UPDATE ON certificate WHEN OLD.revoked_at IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a revoked certificate stays revoked'); END;

        CREATE TABLE enrolment_code (
            terminal TEXT PRIMARY KEY REFERENCES terminal (id),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            issued_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            wrong_attempts INTEGER NOT NULL DEFAULT 0,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID;

        """
}
