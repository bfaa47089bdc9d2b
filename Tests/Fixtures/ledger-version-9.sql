CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES ('1');
INSERT INTO "grdb_migrations" VALUES ('2');
INSERT INTO "grdb_migrations" VALUES ('3');
INSERT INTO "grdb_migrations" VALUES ('4');
INSERT INTO "grdb_migrations" VALUES ('5');
INSERT INTO "grdb_migrations" VALUES ('6');
INSERT INTO "grdb_migrations" VALUES ('7');
INSERT INTO "grdb_migrations" VALUES ('8');
INSERT INTO "grdb_migrations" VALUES ('9');
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
INSERT INTO "state" VALUES (1, '0000A1B2C3D4', 'C0FFEE01', 11, X'054A8C5BA5F4FFFF89408ED1D0DCAA6E0799A79DC39CF2844EDB470A1A2744D5', 1788220800000, 11, 2, X'26D878A56BE12000898E1E46AA781503712C19935961D1B453AD22CEA3036004', 7, 1788220800000, 0);
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
INSERT INTO "entry" VALUES (6, 1, 'purse:purse:10000000000000000001', -350);
INSERT INTO "entry" VALUES (6, 2, 'merchant:canteen-1', 350);
INSERT INTO "entry" VALUES (8, 1, 'purse:purse:10000000000000000002', -350);
INSERT INTO "entry" VALUES (8, 2, 'merchant:canteen-1', 350);
INSERT INTO "entry" VALUES (9, 1, 'cardholder:2026010001', -500);
INSERT INTO "entry" VALUES (9, 2, 'purse:purse:10000000000000000001', 500);
INSERT INTO "entry" VALUES (11, 1, 'merchant:canteen-1', -300);
INSERT INTO "entry" VALUES (11, 2, 'cardholder:2026010002', 300);
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
, subsidy INTEGER NOT NULL DEFAULT 0, subsidy_expires INTEGER) STRICT;
INSERT INTO "account" VALUES (2026010001, 'active', 100000, 0, 0, NULL);
INSERT INTO "account" VALUES (2026010002, 'active', 100000, 0, 0, NULL);
INSERT INTO "account" VALUES (2026010003, 'active', 100000, 0, 0, NULL);
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
INSERT INTO "card_intent" VALUES (10, 'purse:10000000000000000003', 2, 350, NULL, 'canteen-1', 'lane-1', 1, 0, 'order-1', X'010203', 1788220800000);
CREATE TABLE "journal" (
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
INSERT INTO "journal" VALUES (1, 1, 1, NULL, 1788220800000, 6, 100, 1, 'purse:10000000000000000001', NULL, NULL, 2026010001, 'canteen-1', 'lane-1', 2, 1, NULL, NULL, NULL, X'79239A34CA2E38E622B5F9863AD11BFCFE62B26E7643F154CD62A972F62B4135', 0, NULL);
INSERT INTO "journal" VALUES (2, 2, 1, NULL, 1788220800000, 6, 700, 1, 'purse:10000000000000000002', NULL, NULL, 2026010002, 'canteen-1', 'lane-1', 2, 1, NULL, NULL, NULL, X'26D878A56BE12000898E1E46AA781503712C19935961D1B453AD22CEA3036004', 0, NULL);
INSERT INTO "journal" VALUES (3, 3, 1, NULL, 1788220800000, 6, 100, 3, NULL, 7, 8, 2026010001, 'canteen-1', 'lane-1', 2, 1, NULL, NULL, NULL, X'8DFF9828AADF6F17788BE3E1EA2C0F43538E402935AE694F891FC0004F23E8B3', 0, NULL);
INSERT INTO "journal" VALUES (4, 4, 2, 6101, 1788220800000, 6, 5000, 1, 'purse:10000000000000000001', NULL, NULL, 2026010001, 'canteen-1', 'lane-1', 2, 1, NULL, NULL, NULL, X'60F151B53FCA3F10201077E5EAB77E16ABF70C4679910C77E347D8762B4844C9', 0, NULL);
INSERT INTO "journal" VALUES (5, 5, 3, NULL, 1788220800000, 6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, X'76ABE85AA115A3D2AE51386AC7E309AFBD89854A9A4AEB303499DF9B50CBF336', 0, NULL);
INSERT INTO "journal" VALUES (6, 6, 1, NULL, 1788220800000, 6, 350, 1, 'purse:10000000000000000001', NULL, NULL, NULL, 'canteen-1', 'lane-1', 0, 2, X'010203', NULL, NULL, X'8553D56661BAE9AEFB18160681C920220D0AEFA42F69B5A5EECF6464BF13AF90', 0, NULL);
INSERT INTO "journal" VALUES (7, 7, 4, NULL, 1788220800000, 6, 350, 1, 'purse:10000000000000000002', NULL, NULL, NULL, 'canteen-1', 'lane-1', 0, 2, X'010203', NULL, NULL, X'67E935645CAA1E6060B899D38BC13F733F29E48B76D720BCA1C35248D3499AEC', 0, NULL);
INSERT INTO "journal" VALUES (8, 8, 5, NULL, 1788220800000, 6, 350, 1, 'purse:10000000000000000002', NULL, NULL, NULL, 'canteen-1', 'lane-1', 0, 2, X'010203', 1, 7, X'57E8649DEBEBD9B14AE58F76F339847EAD3DC0817BF7B9E8F91EFCA09AF23E9A', 0, NULL);
INSERT INTO "journal" VALUES (9, 9, 1, NULL, 1788220800000, 6, 500, 1, 'purse:10000000000000000001', NULL, NULL, 2026010001, 'canteen-1', 'lane-1', 1, 3, X'040506', NULL, NULL, X'47779414B72E7E6582B73D09C60D6153950B53656CE298F2ABFF1B2C39BF9057', 0, NULL);
INSERT INTO "journal" VALUES (10, 10, 4, NULL, 1788220800000, 6, 350, 1, 'purse:10000000000000000003', NULL, NULL, NULL, 'canteen-1', 'lane-1', 0, 2, X'010203', NULL, NULL, X'6483D6D17AAA04F587FB6D4B7387FDF8026CE4D80FF50E67F7D8840C92BC8691', 0, NULL);
INSERT INTO "journal" VALUES (11, 11, 1, NULL, 1788220800000, 6, 300, 1, 'purse:10000000000000000002', NULL, NULL, 2026010002, 'canteen-1', 'lane-1', 0, 4, NULL, NULL, NULL, X'054A8C5BA5F4FFFF89408ED1D0DCAA6E0799A79DC39CF2844EDB470A1A2744D5', 0, X'0000A1B2C3D4C0FFEE01000000000002');
CREATE TABLE correction (
    reference TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL UNIQUE REFERENCES journal (sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO "correction" VALUES ('refund-1', 11);
CREATE TABLE hub_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    public_key TEXT NOT NULL CHECK (length(public_key) = 64)
) STRICT;
INSERT INTO "hub_key" VALUES (1, 'D819A757B619EE36F29D030822A764C2D2C9578510AAFF704A7650EBAD556F03');
CREATE TABLE hot_list_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 256)
) STRICT;
INSERT INTO "hot_list_state" VALUES (1, 0, 0, X'00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
    position TEXT,
    cursor INTEGER,
    through INTEGER,
    hot_list_version INTEGER,
    CHECK ((cursor IS NULL) = (hot_list_version IS NULL)),
    CHECK (through IS NULL OR (cursor IS NOT NULL AND position IS NULL))
) STRICT;
INSERT INTO "snapshot" VALUES (1, 0, NULL, NULL, NULL, NULL);
CREATE TABLE session (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL CHECK (number >= 0),
    contested INTEGER
) STRICT;
INSERT INTO "session" VALUES (1, 1, NULL);
CREATE TABLE policy (
    version INTEGER PRIMARY KEY CHECK (version > 0),
    document TEXT NOT NULL,
    signature TEXT NOT NULL CHECK (length(signature) = 128),
    received_at INTEGER NOT NULL
) STRICT;
INSERT INTO "policy" VALUES (3, '{"campus":"main","meals":[{"from":"00:00","id":2,"name":"lunch","to":"24:00"}],"rules":[{"floorLimitFen":2500}],"validFromSeconds":0,"version":3}', '5824E19E5B7194A80F899BBEBB24D0D056AFF8F6BB27977A6639B65597B541CC155AA9ABDA75850B3253606632F0688BB5ABFCA075E2AD4B63E66C089C4EBE04', 1788220800000);
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
INSERT INTO "account_use" VALUES (2026010001, 1, 1788220800000, 1788220800000, 100, 0, 1, 100, 0, 100, 1, 0);
INSERT INTO "account_use" VALUES (2026010001, 3, 1788220800000, 1788220800000, 100, 0, 1, 200, 0, 200, 2, 0);
INSERT INTO "account_use" VALUES (2026010001, 9, 1788220800000, 1788220800000, 0, 0, 0, 700, 0, 200, 2, 0);
INSERT INTO "account_use" VALUES (2026010002, 2, 1788220800000, 1788220800000, 700, 0, 1, 700, 0, 700, 1, 0);
INSERT INTO "account_use" VALUES (2026010002, 11, 1788220800000, 1788220800000, 0, 0, 0, 400, 0, 700, 1, 0);
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
CREATE UNIQUE INDEX journal_resolution ON journal (subject) WHERE outcome = 5;
CREATE INDEX journal_correction ON journal (corrects, outcome, amount, subsidy, movement)
    WHERE corrects IS NOT NULL;
CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_keeps_values BEFORE UPDATE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER correction_keeps_rows BEFORE DELETE ON correction BEGIN
    SELECT RAISE(ABORT, 'corrections are append-only');
END;
CREATE TRIGGER correction_keeps_values BEFORE UPDATE ON correction BEGIN
    SELECT RAISE(ABORT, 'corrections are append-only');
END;
CREATE TRIGGER policy_keeps_rows BEFORE DELETE ON policy BEGIN
    SELECT RAISE(ABORT, 'policies are append-only');
END;
CREATE TRIGGER policy_keeps_values BEFORE UPDATE ON policy BEGIN
    SELECT RAISE(ABORT, 'policies are append-only');
END;
CREATE INDEX journal_offline ON journal (sequence, decided_at, outcome, movement, path)
    WHERE outcome = 1 AND movement = 1 AND path >= 2;
CREATE INDEX journal_lane ON journal (lane, sequence, outcome, trace)
    WHERE outcome IN (1, 4) AND movement IN (1, 2, 3);
CREATE TRIGGER account_use_keeps_rows BEFORE DELETE ON account_use BEGIN
    SELECT RAISE(ABORT, 'sums over the journal are append-only');
END;
CREATE TRIGGER account_use_keeps_values BEFORE UPDATE ON account_use BEGIN
    SELECT RAISE(ABORT, 'sums over the journal are append-only');
END;
PRAGMA application_id = 1129605484;
PRAGMA user_version = 9;
