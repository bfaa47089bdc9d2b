CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES ('1');
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    terminal TEXT NOT NULL,
    journal TEXT NOT NULL,
    head_sequence INTEGER NOT NULL,
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
    newest_decision INTEGER,
    reserved_through INTEGER NOT NULL,
    acknowledged_sequence INTEGER NOT NULL,
    acknowledged_hash BLOB NOT NULL CHECK (length(acknowledged_hash) = 32),
    replica_cursor INTEGER NOT NULL,
    last_hub_contact INTEGER,
    running INTEGER NOT NULL CHECK (running IN (0, 1))
) STRICT;
INSERT INTO "state" VALUES (1, '0000A1B2C3D4', 'C0FFEE01', 5, X'76ABE85AA115A3D2AE51386AC7E309AFBD89854A9A4AEB303499DF9B50CBF336', 1788220800000, 5, 2, X'26D878A56BE12000898E1E46AA781503712C19935961D1B453AD22CEA3036004', 6, 1788220800000, 0);
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
    trace INTEGER NOT NULL UNIQUE CHECK (trace > 0),
    outcome INTEGER NOT NULL CHECK (outcome IN (1, 2, 3)),
    reason INTEGER CHECK ((reason IS NOT NULL) = (outcome = 2)),
    decided_at INTEGER NOT NULL,
    replica_cursor INTEGER NOT NULL,
    amount INTEGER CHECK ((amount IS NULL) = (outcome = 3) AND (amount IS NULL OR amount > 0)),
    payer INTEGER CHECK (payer IN (1, 2, 3)),
    card TEXT,
    key_id INTEGER,
    serial INTEGER,
    account INTEGER CHECK (account IS NOT NULL OR outcome <> 1),
    merchant TEXT,
    lane TEXT,
    path INTEGER CHECK (path BETWEEN 0 AND 4),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO "journal" VALUES (1, 1, 1, NULL, 1788220800000, 6, 100, 1, 'purse:10000000000000000001', NULL, NULL, 2026010001, 'canteen-1', 'lane-1', 2, X'79239A34CA2E38E622B5F9863AD11BFCFE62B26E7643F154CD62A972F62B4135');
INSERT INTO "journal" VALUES (2, 2, 1, NULL, 1788220800000, 6, 700, 1, 'purse:10000000000000000002', NULL, NULL, 2026010002, 'canteen-1', 'lane-1', 2, X'26D878A56BE12000898E1E46AA781503712C19935961D1B453AD22CEA3036004');
INSERT INTO "journal" VALUES (3, 3, 1, NULL, 1788220800000, 6, 100, 3, NULL, 7, 8, 2026010001, 'canteen-1', 'lane-1', 2, X'8DFF9828AADF6F17788BE3E1EA2C0F43538E402935AE694F891FC0004F23E8B3');
INSERT INTO "journal" VALUES (4, 4, 2, 6101, 1788220800000, 6, 5000, 1, 'purse:10000000000000000001', NULL, NULL, 2026010001, 'canteen-1', 'lane-1', 2, X'60F151B53FCA3F10201077E5EAB77E16ABF70C4679910C77E347D8762B4844C9');
INSERT INTO "journal" VALUES (5, 5, 3, NULL, 1788220800000, 6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, X'76ABE85AA115A3D2AE51386AC7E309AFBD89854A9A4AEB303499DF9B50CBF336');
CREATE TABLE entry (
    sequence INTEGER NOT NULL REFERENCES journal (sequence),
    leg INTEGER NOT NULL CHECK (leg > 0),
    account TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (sequence, leg)
) STRICT, WITHOUT ROWID;
INSERT INTO "entry" VALUES (1, 1, 'cardholder:2026010001', -100);
INSERT INTO "entry" VALUES (1, 2, 'merchant:canteen-1', 100);
INSERT INTO "entry" VALUES (2, 1, 'cardholder:2026010002', -700);
INSERT INTO "entry" VALUES (2, 2, 'merchant:canteen-1', 700);
INSERT INTO "entry" VALUES (3, 1, 'cardholder:2026010001', -100);
INSERT INTO "entry" VALUES (3, 2, 'merchant:canteen-1', 100);
CREATE TABLE code_redemption (
    key_id INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES journal (sequence),
    PRIMARY KEY (key_id, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO "code_redemption" VALUES (7, 8, 3);
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('active', 'frozen', 'closed')),
    balance INTEGER NOT NULL,
    as_of_sequence INTEGER NOT NULL
) STRICT;
INSERT INTO "account" VALUES (2026010001, 'active', 100000, 0);
INSERT INTO "account" VALUES (2026010002, 'active', 100000, 0);
INSERT INTO "account" VALUES (2026010003, 'active', 100000, 0);
CREATE TABLE card (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'lost', 'stolen', 'closed'))
) STRICT, WITHOUT ROWID;
INSERT INTO "card" VALUES ('purse:10000000000000000001', 2026010001, 'active');
INSERT INTO "card" VALUES ('purse:10000000000000000002', 2026010002, 'active');
INSERT INTO "card" VALUES ('purse:10000000000000000003', 2026010003, 'active');
CREATE TABLE hot_list (
    card TEXT PRIMARY KEY,
    reason INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE code_key (
    key_id INTEGER PRIMARY KEY,
    public_key TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_through INTEGER NOT NULL
) STRICT;
CREATE INDEX journal_debit ON journal (account, sequence, amount, path) WHERE outcome = 1;
CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_keeps_values BEFORE UPDATE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER entry_keeps_rows BEFORE DELETE ON entry BEGIN
    SELECT RAISE(ABORT, 'entries are append-only');
END;
CREATE TRIGGER entry_keeps_values BEFORE UPDATE ON entry BEGIN
    SELECT RAISE(ABORT, 'entries are append-only');
END;
CREATE TRIGGER code_redemption_keeps_rows BEFORE DELETE ON code_redemption BEGIN
    SELECT RAISE(ABORT, 'redemptions are append-only');
END;
CREATE TRIGGER code_redemption_keeps_values BEFORE UPDATE ON code_redemption BEGIN
    SELECT RAISE(ABORT, 'redemptions are append-only');
END;
PRAGMA application_id = 1129605484;
PRAGMA user_version = 1;
