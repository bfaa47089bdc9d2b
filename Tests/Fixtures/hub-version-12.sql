CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES ('1 first tables');
INSERT INTO "grdb_migrations" VALUES ('2 purses');
INSERT INTO "grdb_migrations" VALUES ('3 books');
INSERT INTO "grdb_migrations" VALUES ('4 corrections');
INSERT INTO "grdb_migrations" VALUES ('5 identity');
INSERT INTO "grdb_migrations" VALUES ('6 signing key');
INSERT INTO "grdb_migrations" VALUES ('7 hot list versions');
INSERT INTO "grdb_migrations" VALUES ('8 sessions');
INSERT INTO "grdb_migrations" VALUES ('9 policies');
INSERT INTO "grdb_migrations" VALUES ('10 hold split');
INSERT INTO "grdb_migrations" VALUES ('11 work notes');
INSERT INTO "grdb_migrations" VALUES ('12 feed epochs');
CREATE TABLE feed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cursor INTEGER NOT NULL
, horizon INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "feed" VALUES (1, 14, 0);
CREATE TABLE book (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    balance_fen INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "book" VALUES (1, 'funding', -11500);
INSERT INTO "book" VALUES (2, 'suspense', 0);
INSERT INTO "book" VALUES (3, 'cardholder:1', 9500);
INSERT INTO "book" VALUES (4, 'cardholder:2', -400);
INSERT INTO "book" VALUES (5, 'merchant:canteen-1', 1410);
INSERT INTO "book" VALUES (6, 'purse:purse:00000000000000000001', 990);
CREATE TABLE entry (
    posting_id INTEGER NOT NULL REFERENCES posting (id),
    leg INTEGER NOT NULL,
    book_id INTEGER NOT NULL REFERENCES book (id),
    amount_fen INTEGER NOT NULL,
    PRIMARY KEY (posting_id, leg)
) STRICT, WITHOUT ROWID;
INSERT INTO "entry" VALUES (1, 0, 1, -10000);
INSERT INTO "entry" VALUES (2, 0, 1, -500);
INSERT INTO "entry" VALUES (6, 0, 1, -1000);
INSERT INTO "entry" VALUES (1, 1, 3, 10000);
INSERT INTO "entry" VALUES (3, 0, 3, -700);
INSERT INTO "entry" VALUES (5, 0, 3, -100);
INSERT INTO "entry" VALUES (8, 1, 3, 300);
INSERT INTO "entry" VALUES (2, 1, 4, 500);
INSERT INTO "entry" VALUES (4, 0, 4, -900);
INSERT INTO "entry" VALUES (3, 1, 5, 700);
INSERT INTO "entry" VALUES (4, 1, 5, 900);
INSERT INTO "entry" VALUES (5, 1, 5, 100);
INSERT INTO "entry" VALUES (7, 1, 5, 10);
INSERT INTO "entry" VALUES (8, 0, 5, -300);
INSERT INTO "entry" VALUES (6, 1, 6, 1000);
INSERT INTO "entry" VALUES (7, 0, 6, -10);
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'frozen', 'closed')),
    book_id INTEGER NOT NULL UNIQUE REFERENCES book (id),
    created_at INTEGER NOT NULL,
    changed INTEGER NOT NULL UNIQUE
) STRICT;
INSERT INTO "account" VALUES (1, '李雷', 'active', 3, 1788000000000, 13);
INSERT INTO "account" VALUES (2, '李雷', 'active', 4, 1788000000000, 10);
CREATE TABLE card (
    id TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    status TEXT NOT NULL CHECK (status IN ('active', 'lost', 'stolen', 'closed')),
    issued_at INTEGER NOT NULL,
    changed INTEGER NOT NULL UNIQUE
) STRICT;
INSERT INTO "card" VALUES ('uid:00000000000001', 1, 'active', 1788000000000, 4);
INSERT INTO "card" VALUES ('uid:00000000000002', 2, 'lost', 1788000000000, 11);
CREATE TABLE hot_list (
    card TEXT PRIMARY KEY,
    reason INTEGER,
    changed INTEGER NOT NULL UNIQUE
) STRICT;
INSERT INTO "hot_list" VALUES ('uid:00000000000002', 4101, 12);
CREATE TABLE code_key (
    key_id INTEGER PRIMARY KEY,
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    valid_from_seconds INTEGER NOT NULL,
    valid_through_seconds INTEGER NOT NULL,
    changed INTEGER NOT NULL UNIQUE
) STRICT;
INSERT INTO "code_key" VALUES (1, X'5C8DFE081FA5C843E62C4D2AE5D3005FE9E6B77A6E39EB56E7514D25DF1DC15F', 1788000000, 1945680000, 2);
CREATE TABLE merchant (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO "merchant" VALUES ('canteen-1', '第一食堂', 1788000000000);
CREATE TABLE terminal (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret_digest BLOB NOT NULL CHECK (length(secret_digest) = 32),
    enabled INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    last_contact_at INTEGER
, level_at INTEGER) STRICT;
INSERT INTO "terminal" VALUES ('000000000001', 'counter', X'F49ABF61BCA5D5EE7E4B7A885C8D6EA6C74034A330AD7FBC22EAB79AF2284E90', 1, 1788000000000, 1788000000000, NULL);
CREATE TABLE terminal_merchant (
    terminal TEXT NOT NULL REFERENCES terminal (id),
    merchant TEXT NOT NULL REFERENCES merchant (id),
    PRIMARY KEY (terminal, merchant)
) STRICT, WITHOUT ROWID;
INSERT INTO "terminal_merchant" VALUES ('000000000001', 'canteen-1');
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    terminal TEXT NOT NULL REFERENCES terminal (id),
    journal TEXT NOT NULL,
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    current INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL DEFAULT 0,
    head BLOB NOT NULL CHECK (length(head) = 32),
    approved_count INTEGER NOT NULL DEFAULT 0,
    approved_fen INTEGER NOT NULL DEFAULT 0,
    UNIQUE (terminal, journal)
) STRICT;
INSERT INTO "journal" VALUES (1, '000000000001', 'A0A00001', X'131977088C2C5D9513F9668A9024EE57B531F9674AB3F507361652171CB793BD', 1, 1788000000000, 8, X'57989DE643D075458C282EE12732A4272C6AF970D0716C9A042F36E21183C286', 4, 1710);
CREATE TABLE hold (
    id INTEGER PRIMARY KEY,
    transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
    amount_fen INTEGER NOT NULL,
    card TEXT,
    proof TEXT,
    code_key INTEGER,
    code_serial TEXT,
    merchant TEXT NOT NULL,
    lane TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'declined', 'captured', 'released', 'expired')),
    account_id INTEGER REFERENCES account (id),
    available_fen INTEGER,
    reason INTEGER,
    created_at INTEGER NOT NULL,
    resolved_at INTEGER, awaited INTEGER NOT NULL DEFAULT 0, subsidy_fen INTEGER CHECK (subsidy_fen BETWEEN 0 AND amount_fen),
    CHECK ((state = 'declined') = (reason IS NOT NULL)),
    CHECK ((state = 'declined') = (account_id IS NULL))
) STRICT;
INSERT INTO "hold" VALUES (1, X'000000000001A0A00001000000000006', 250, 'uid:00000000000001', 'proven', NULL, NULL, 'canteen-1', 'lane-1', 'held', 1, 8950, NULL, 1788000000000, NULL, 0, 0);
INSERT INTO "hold" VALUES (2, X'000000000001A0A00001000000000007', 90000, 'uid:00000000000001', 'proven', NULL, NULL, 'canteen-1', 'lane-1', 'declined', NULL, NULL, 5101, 1788000000000, NULL, 0, NULL);
CREATE TABLE code (
    key_id INTEGER NOT NULL,
    serial TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account (id),
    limit_fen INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, serial)
) STRICT, WITHOUT ROWID;
CREATE TABLE code_redemption (
    key_id INTEGER NOT NULL,
    serial TEXT NOT NULL,
    transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
    redeemed_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO "code_redemption" VALUES (1, '000000000000004D', X'000000000001A0A00001000000000005', 1788000000000);
CREATE TABLE exception (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    transaction_id BLOB CHECK (length(transaction_id) = 16),
    terminal TEXT,
    account_id INTEGER,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    occurrences INTEGER NOT NULL DEFAULT 1,
    closed_at INTEGER,
    note TEXT, assignee TEXT, resolution TEXT, closed_by TEXT, adjustment_id INTEGER REFERENCES adjustment (id), amount_fen INTEGER, reopened INTEGER NOT NULL DEFAULT 0,
    CHECK ((closed_at IS NULL) = (note IS NULL))
) STRICT;
INSERT INTO "exception" VALUES (1, 'overdrawn', '000000000001A0A00001000000000002', 'account …2 is at -¥4.00 after a sale of ¥9.00', X'000000000001A0A00001000000000002', '000000000001', 2, 1788000000000, 1788000000000, 1, NULL, NULL, NULL, NULL, NULL, NULL, 400, 0);
INSERT INTO "exception" VALUES (2, 'codeUnknown', '000000000001A0A00001000000000005', 'the payment code of this sale was never issued', X'000000000001A0A00001000000000005', '000000000001', 1, 1788000000000, 1788000000000, 1, NULL, NULL, NULL, NULL, NULL, NULL, 100, 0);
CREATE TABLE "record" (
    id INTEGER PRIMARY KEY,
    journal_id INTEGER NOT NULL REFERENCES journal (id),
    sequence INTEGER NOT NULL,
    transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
    outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'declined', 'voided', 'unknown', 'resolved')),
    amount_fen INTEGER,
    canonical BLOB NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    received_at INTEGER NOT NULL, corrects BLOB CHECK (corrects IS NULL OR length(corrects) = 16),
    UNIQUE (journal_id, sequence)
) STRICT;
INSERT INTO "record" VALUES (1, 1, 1, X'000000000001A0A00001000000000001', 'approved', 700, X'010000000000000001000000000001A0A00001000000000001010000000001A04D1AD80000000000000000070100000000000002BC0100127569643A30303030303030303030303030310000000000000001000963616E7465656E2D3100066C616E652D3102', X'CD11ED972AC7A37641F45CB5B9FC4AAFBE9B74A94A866667552F90AEDDA2D7EA', 1788000000000, NULL);
INSERT INTO "record" VALUES (2, 1, 2, X'000000000001A0A00001000000000002', 'approved', 900, X'010000000000000002000000000001A0A00001000000000002010000000001A04D1AD80000000000000000070100000000000003840100127569643A30303030303030303030303030320000000000000002000963616E7465656E2D3100066C616E652D3102', X'6F3BB5B72C591238FB13B72292C80D14165BBC6983EC2CB7FB82E59706E69375', 1788000000000, NULL);
INSERT INTO "record" VALUES (3, 1, 3, X'000000000001A0A00001000000000003', 'declined', 100, X'010000000000000003000000000001A0A000010000000000030213ED000001A04D1AD80000000000000000070100000000000000640100127569643A30303030303030303030303030320000000000000002000963616E7465656E2D3100066C616E652D3102', X'E0ECBCB670AA6D4B7D6862BDC773F728C3AF551D926A5091BF898679086BA759', 1788000000000, NULL);
INSERT INTO "record" VALUES (4, 1, 4, X'000000000001A0A00001000000000004', 'voided', NULL, X'010000000000000004000000000001A0A00001000000000004030000000001A04D1AD800000000000000000700', X'9C31AA009E4035DE50A498107F3F4ED42F4D8C1BAFB106EFE37A9EEE33779A72', 1788000000000, NULL);
INSERT INTO "record" VALUES (5, 1, 5, X'000000000001A0A00001000000000005', 'approved', 100, X'010000000000000005000000000001A0A00001000000000005010000000001A04D1AD80000000000000000070100000000000000640301000000000000004D0000000000000001000963616E7465656E2D3100066C616E652D3102', X'9F7FE34155342BCD4D6E4B6F50E0ABDA22C134912FCA9076B865CA3ABD1B0D2A', 1788000000000, NULL);
INSERT INTO "record" VALUES (6, 1, 6, X'000000000001A0A00001000000000008', 'approved', 10, X'020000000000000006000000000001A0A00001000000000008010000000001A04D1AD800000000000000000701000000000000000A01001A70757273653A30303030303030303030303030303030303030310000000000000000000963616E7465656E2D3100066C616E652D3100020050011111222233330006030100000000000000000001202609012030063055660000000A06000000000001202608291040000000F35F01020304000003E8000000000001000C6EF35F46F394890909090900', X'4A4880DB1B4BD38B2F581D9108FFA20E1D75EA5C63C8FB4B99C06F53EFC6CDCB', 1788000000000, NULL);
INSERT INTO "record" VALUES (7, 1, 7, X'000000000001A0A00001000000000009', 'unknown', 20, X'020000000000000007000000000001A0A00001000000000009040000000001A04D1AD800000000000000000701000000000000001401001A70757273653A30303030303030303030303030303030303030310000000000000000000963616E7465656E2D3100066C616E652D3100020048011111222233330006030100000000000000000001202609012030063055660000001406000000000001202608291040000000293201020304000003DE00010000000100D750293200', X'39A836626E6A9BD8FA00A98D409DEEA2672D4A17A03EDD9EBD1F10E97E0A6A93', 1788000000000, NULL);
INSERT INTO "record" VALUES (8, 1, 8, X'000000000001A0A0000100000000000A', 'approved', 300, X'030000000000000008000000000001A0A0000100000000000A010000000001A04D1AD800000000000000000701000000000000012C0100127569643A30303030303030303030303030310000000000000001000963616E7465656E2D3100066C616E652D3100040000000000000000000000000001A0A00001000000000001', X'57989DE643D075458C282EE12732A4272C6AF970D0716C9A042F36E21183C286', 1788000000000, X'000000000001A0A00001000000000001');
CREATE TABLE purse (
    card TEXT PRIMARY KEY,
    base_offline INTEGER NOT NULL DEFAULT 0,
    base_online INTEGER NOT NULL DEFAULT 0,
    base_fen INTEGER NOT NULL DEFAULT 0,
    settled_offline INTEGER NOT NULL DEFAULT 0,
    settled_online INTEGER NOT NULL DEFAULT 0,
    settled_fen INTEGER NOT NULL DEFAULT 0,
    attention INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER NOT NULL
) STRICT;
INSERT INTO "purse" VALUES ('purse:00000000000000000001', 0, 0, 1000, 0, 0, 1000, 1, 1788000000000);
CREATE TABLE purse_transaction (
    id INTEGER PRIMARY KEY,
    transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
    card TEXT NOT NULL REFERENCES purse (card),
    kind TEXT NOT NULL CHECK (kind IN ('purchase', 'load')),
    outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'unknown')),
    amount_fen INTEGER NOT NULL,
    proof TEXT NOT NULL CHECK (proof IN ('genuine', 'wrong', 'missing', 'unchecked')),
    serial INTEGER,
    balance_before_fen INTEGER,
    account_id INTEGER,
    merchant TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    CHECK ((serial IS NULL) = (balance_before_fen IS NULL))
) STRICT;
INSERT INTO "purse_transaction" VALUES (1, X'000000000001A0A00001000000000008', 'purse:00000000000000000001', 'purchase', 'approved', 10, 'genuine', 0, 1000, NULL, 'canteen-1', 1788000000000, 1788000000000);
INSERT INTO "purse_transaction" VALUES (2, X'000000000001A0A00001000000000009', 'purse:00000000000000000001', 'purchase', 'unknown', 20, 'missing', 1, 990, NULL, 'canteen-1', 1788000000000, 1788000000000);
CREATE TABLE purse_resolution (
    transaction_id BLOB NOT NULL REFERENCES purse_transaction (transaction_id),
    number INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('happened', 'didNotHappen')),
    basis TEXT NOT NULL CHECK (basis IN ('terminal', 'proof', 'card', 'person')),
    witness BLOB CHECK (length(witness) = 16),
    note TEXT,
    resolved_at INTEGER NOT NULL,
    PRIMARY KEY (transaction_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE terminal_resolution (
    subject BLOB PRIMARY KEY CHECK (length(subject) = 16),
    transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
    verdict TEXT NOT NULL CHECK (verdict IN ('happened', 'didNotHappen', 'undetermined'))
) STRICT, WITHOUT ROWID;
CREATE TABLE purse_load (
    transaction_id BLOB PRIMARY KEY CHECK (length(transaction_id) = 16),
    card TEXT NOT NULL,
    information BLOB NOT NULL CHECK (length(information) = 30),
    initialization BLOB NOT NULL CHECK (length(initialization) = 16),
    serial INTEGER NOT NULL,
    balance_before_fen INTEGER NOT NULL,
    time BLOB CHECK (length(time) = 7),
    mac2 BLOB CHECK (length(mac2) = 4),
    CHECK ((time IS NULL) = (mac2 IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE purse_correction (
    posting_id INTEGER PRIMARY KEY REFERENCES posting (id),
    card TEXT NOT NULL REFERENCES purse (card),
    books_before_fen INTEGER NOT NULL,
    shown_fen INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE TABLE posting_kind (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO "posting_kind" VALUES ('adjustment');
INSERT INTO "posting_kind" VALUES ('debtRecovery');
INSERT INTO "posting_kind" VALUES ('purchase');
INSERT INTO "posting_kind" VALUES ('purseCorrection');
INSERT INTO "posting_kind" VALUES ('purseLoad');
INSERT INTO "posting_kind" VALUES ('purseOpening');
INSERT INTO "posting_kind" VALUES ('pursePurchase');
INSERT INTO "posting_kind" VALUES ('purseReversal');
INSERT INTO "posting_kind" VALUES ('refund');
INSERT INTO "posting_kind" VALUES ('settlement');
INSERT INTO "posting_kind" VALUES ('settlementPayment');
INSERT INTO "posting_kind" VALUES ('subsidyExpiry');
INSERT INTO "posting_kind" VALUES ('subsidyGrant');
INSERT INTO "posting_kind" VALUES ('topUp');
INSERT INTO "posting_kind" VALUES ('void');
CREATE TABLE "posting" (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL REFERENCES posting_kind (name),
    occurred_at INTEGER NOT NULL,
    posted_at INTEGER NOT NULL,
    transaction_id BLOB UNIQUE CHECK (length(transaction_id) = 16),
    reference TEXT UNIQUE,
    CHECK ((transaction_id IS NULL) <> (reference IS NULL))
) STRICT;
INSERT INTO "posting" VALUES (1, 'topUp', 1788000000000, 1788000000000, NULL, 'first-1');
INSERT INTO "posting" VALUES (2, 'topUp', 1788000000000, 1788000000000, NULL, 'first-2');
INSERT INTO "posting" VALUES (3, 'purchase', 1788000000000, 1788000000000, X'000000000001A0A00001000000000001', NULL);
INSERT INTO "posting" VALUES (4, 'purchase', 1788000000000, 1788000000000, X'000000000001A0A00001000000000002', NULL);
INSERT INTO "posting" VALUES (5, 'purchase', 1788000000000, 1788000000000, X'000000000001A0A00001000000000005', NULL);
INSERT INTO "posting" VALUES (6, 'purseOpening', 1788000000000, 1788000000000, NULL, 'opening/purse:00000000000000000001');
INSERT INTO "posting" VALUES (7, 'pursePurchase', 1788000000000, 1788000000000, X'000000000001A0A00001000000000008', NULL);
INSERT INTO "posting" VALUES (8, 'refund', 1788000000000, 1788000000000, X'000000000001A0A0000100000000000A', NULL);
CREATE TABLE business_calendar (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    offset_seconds INTEGER NOT NULL,
    cut_over_seconds INTEGER NOT NULL
) STRICT;
INSERT INTO "business_calendar" VALUES (1, 28800, 14400);
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
CREATE TABLE posting_day (
    posting_id INTEGER PRIMARY KEY REFERENCES posting (id),
    day INTEGER NOT NULL,
    late_day INTEGER CHECK (late_day < day)
) STRICT;
INSERT INTO "posting_day" VALUES (1, 20694, NULL);
INSERT INTO "posting_day" VALUES (2, 20694, NULL);
INSERT INTO "posting_day" VALUES (3, 20694, NULL);
INSERT INTO "posting_day" VALUES (4, 20694, NULL);
INSERT INTO "posting_day" VALUES (5, 20694, NULL);
INSERT INTO "posting_day" VALUES (6, 20694, NULL);
INSERT INTO "posting_day" VALUES (7, 20694, NULL);
INSERT INTO "posting_day" VALUES (8, 20694, NULL);
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
CREATE TABLE certificate (
    serial BLOB PRIMARY KEY CHECK (length(serial) = 16),
    terminal TEXT NOT NULL REFERENCES terminal (id),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE enrolment_code (
    terminal TEXT PRIMARY KEY REFERENCES terminal (id),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    wrong_attempts INTEGER NOT NULL DEFAULT 0,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "enrolment_code" VALUES ('000000000001', X'C85ED6D067A19C7796C645B0A5C3C5D5FCC45C51070657F2FE70BFC4F1EFAA3E', 1788000000000, 1788086400000, 0, NULL);
CREATE TABLE signing_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    public_key TEXT NOT NULL CHECK (length(public_key) = 64)
) STRICT;
INSERT INTO "signing_key" VALUES (1, '9FE5F5525215010D855327929B06AEEB176B83D8FBA3EAAD6CD6CD9EE044654D');
CREATE TABLE hot_list_change (
    version INTEGER PRIMARY KEY CHECK (version > 0),
    changed INTEGER NOT NULL UNIQUE,
    card TEXT NOT NULL,
    reason INTEGER,
    entries INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
INSERT INTO "hot_list_change" VALUES (1, 12, 'uid:00000000000002', 4101, 1, X'4828F4C3244CB286D4B7ED3CB0FC52B2EFC51C712BDDF6CBDA6AE4C9C450A0BB');
CREATE TABLE hot_list_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 256)
) STRICT;
INSERT INTO "hot_list_state" VALUES (1, 1, 1, X'A5CAA9E79A08BC9C34F43172DFB9F4564CC690B109ED94F2B47C6797E85439B691748C7BD9636C7204C1680A41D2ADDFBA0B3157A5C48DEC7C715A501105D24F0D5D394467D66137DF4348CC58B7E67E1B48AED1D547270818856EA779E8BE988621CFB4BF16DFD8FCF18BD4CDB88505CD213DF2FE7E2AA6B2610BCA3709A5CB36006E3F26ABACDCA074A95E8AFE392217F9F1DDE9587E601C023C0B099A748CE640D57468A1679B3D1DF037F7CFB1605CA161814F5148FCEA1329CFE6D888AFA67E7F21C835A2C2AE857518F26F89E989966E151AA42FF9BAC30C18D64A5F19C05031E3C021F819958A7DFD5B431C58E71FD5ECBF0C5C02A9B769814253F3E3');
CREATE TABLE journal_session (
    id INTEGER PRIMARY KEY,
    journal_id INTEGER NOT NULL REFERENCES journal (id),
    instance TEXT NOT NULL CHECK (length(instance) = 16),
    number INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    head_sequence INTEGER NOT NULL,
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
    UNIQUE (journal_id, instance)
) STRICT;
CREATE TABLE journal_contest (
    journal_id INTEGER PRIMARY KEY REFERENCES journal (id),
    contested_at INTEGER NOT NULL
) STRICT;
CREATE TABLE policy (
    version INTEGER PRIMARY KEY CHECK (version > 0),
    document TEXT NOT NULL,
    signature TEXT NOT NULL CHECK (length(signature) = 128),
    note TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    changed INTEGER NOT NULL UNIQUE
) STRICT;
INSERT INTO "policy" VALUES (1, '{"campus":"main","meals":[],"rules":[{"floorLimitFen":700}],"version":1}', '7F79CE0479A6237C7758AC303D3516637328DF12A9B2BE433310B2FCE5B43BB5157D353B56E2A9DE468630E837151DD013D3644E57E880ECAC2A14DDED5C680A', 'test', 1788000000000, 14);
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
INSERT INTO "account_use" VALUES (1, 1787932800000, 800, 2, 1788000000000, 0, 800, 2, 0);
INSERT INTO "account_use" VALUES (2, 1787932800000, 900, 1, 1788000000000, 0, 900, 1, 0);
CREATE TABLE "exception_event" (
    id INTEGER PRIMARY KEY,
    exception_id INTEGER NOT NULL REFERENCES exception (id),
    at INTEGER NOT NULL,
    operator TEXT NOT NULL,
    act TEXT NOT NULL CHECK (act IN ('contested', 'assigned', 'noted', 'closed', 'reopened')),
    text TEXT NOT NULL
) STRICT;
CREATE TABLE feed_epoch (
    start INTEGER PRIMARY KEY,
    newest_before INTEGER NOT NULL CHECK (newest_before < start)
) STRICT;
INSERT INTO "feed_epoch" VALUES (1, 0);
CREATE INDEX entry_book ON entry (book_id, posting_id, amount_fen);
CREATE TRIGGER entry_is_history_1 BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entry_is_history_2 BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE INDEX card_account ON card (account_id);
CREATE UNIQUE INDEX journal_current ON journal (terminal) WHERE current = 1;
CREATE INDEX hold_age ON hold (created_at) WHERE state = 'held';
CREATE INDEX hold_code ON hold (code_key, code_serial) WHERE code_key IS NOT NULL;
CREATE TRIGGER hold_resolves_once BEFORE UPDATE ON hold WHEN OLD.state <> 'held'
    BEGIN SELECT RAISE(ABORT, 'a hold resolves once'); END;
CREATE TRIGGER hold_is_history BEFORE DELETE ON hold
    BEGIN SELECT RAISE(ABORT, 'holds are never deleted'); END;
CREATE TRIGGER code_redemption_is_history_1 BEFORE UPDATE ON code_redemption
    BEGIN SELECT RAISE(ABORT, 'redemptions are append-only'); END;
CREATE TRIGGER code_redemption_is_history_2 BEFORE DELETE ON code_redemption
    BEGIN SELECT RAISE(ABORT, 'redemptions are append-only'); END;
CREATE UNIQUE INDEX exception_open ON exception (kind, subject) WHERE closed_at IS NULL;
CREATE TRIGGER exception_is_history BEFORE DELETE ON exception
    BEGIN SELECT RAISE(ABORT, 'exceptions are never deleted'); END;
CREATE TRIGGER record_is_history_1 BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER record_is_history_2 BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE INDEX purse_attention ON purse (card) WHERE attention = 1;
CREATE INDEX purse_transaction_serial ON purse_transaction (card, kind, serial);
CREATE INDEX purse_transaction_unknown ON purse_transaction (card) WHERE outcome = 'unknown';
CREATE TRIGGER purse_transaction_is_history_1 BEFORE UPDATE ON purse_transaction
    BEGIN SELECT RAISE(ABORT, 'purse transactions are append-only'); END;
CREATE TRIGGER purse_transaction_is_history_2 BEFORE DELETE ON purse_transaction
    BEGIN SELECT RAISE(ABORT, 'purse transactions are append-only'); END;
CREATE TRIGGER purse_resolution_is_history_1 BEFORE UPDATE ON purse_resolution
    BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;
CREATE TRIGGER purse_resolution_is_history_2 BEFORE DELETE ON purse_resolution
    BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;
CREATE TRIGGER terminal_resolution_is_history_1 BEFORE UPDATE ON terminal_resolution
    BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;
CREATE TRIGGER terminal_resolution_is_history_2 BEFORE DELETE ON terminal_resolution
    BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;
CREATE VIEW purse_move AS
SELECT t.*, r.basis, r.witness, r.note, r.resolved_at,
    CASE WHEN t.outcome = 'approved' THEN 'happened' ELSE coalesce(r.verdict, 'unknown') END AS state
FROM purse_transaction t
LEFT JOIN purse_resolution r ON r.transaction_id = t.transaction_id AND r.number =
    (SELECT max(n.number) FROM purse_resolution n WHERE n.transaction_id = t.transaction_id);
CREATE INDEX purse_load_card ON purse_load (card, serial) WHERE mac2 IS NOT NULL;
CREATE TRIGGER purse_load_is_history_1 BEFORE UPDATE ON purse_load
    BEGIN SELECT RAISE(ABORT, 'loads are append-only'); END;
CREATE TRIGGER purse_load_is_history_2 BEFORE DELETE ON purse_load
    BEGIN SELECT RAISE(ABORT, 'loads are append-only'); END;
CREATE TRIGGER purse_correction_is_history_1 BEFORE UPDATE ON purse_correction
    BEGIN SELECT RAISE(ABORT, 'corrections are append-only'); END;
CREATE TRIGGER purse_correction_is_history_2 BEFORE DELETE ON purse_correction
    BEGIN SELECT RAISE(ABORT, 'corrections are append-only'); END;
CREATE TRIGGER posting_is_history_1 BEFORE UPDATE ON posting
    BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER posting_is_history_2 BEFORE DELETE ON posting
    BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER business_day_in_order BEFORE INSERT ON business_day
    WHEN NEW.day <> (SELECT max(day) + 1 FROM business_day)
    BEGIN SELECT RAISE(ABORT, 'days are closed in order'); END;
CREATE TRIGGER business_day_is_history_1 BEFORE UPDATE ON business_day
    BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE TRIGGER business_day_is_history_2 BEFORE DELETE ON business_day
    BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE INDEX merchant_day_day ON merchant_day (day);
CREATE TRIGGER merchant_day_is_history_1 BEFORE UPDATE ON merchant_day
    BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE TRIGGER merchant_day_is_history_2 BEFORE DELETE ON merchant_day
    BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE INDEX posting_day_day ON posting_day (day, posting_id);
CREATE INDEX posting_day_late ON posting_day (late_day) WHERE late_day IS NOT NULL;
CREATE TRIGGER posting_day_is_open BEFORE INSERT ON posting_day
    WHEN NEW.day <= (SELECT max(day) FROM business_day)
    BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE TRIGGER posting_day_is_history_1 BEFORE UPDATE ON posting_day
    BEGIN SELECT RAISE(ABORT, 'a posting keeps its day'); END;
CREATE TRIGGER posting_day_is_history_2 BEFORE DELETE ON posting_day
    BEGIN SELECT RAISE(ABORT, 'a posting keeps its day'); END;
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
CREATE INDEX exception_subject ON exception (kind, subject);
CREATE INDEX record_corrects ON record (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX certificate_terminal ON certificate (terminal, issued_at);
CREATE TRIGGER certificate_is_history_1 BEFORE DELETE ON certificate
    BEGIN SELECT RAISE(ABORT, 'certificates are never deleted'); END;
CREATE TRIGGER certificate_is_history_2 BEFORE UPDATE ON certificate WHEN OLD.revoked_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a revoked certificate stays revoked'); END;
CREATE TRIGGER hot_list_change_is_history BEFORE UPDATE ON hot_list_change
    BEGIN SELECT RAISE(ABORT, 'changes of the hot list are append-only'); END;
CREATE TRIGGER policy_is_history_1 BEFORE UPDATE ON policy
    BEGIN SELECT RAISE(ABORT, 'policies are append-only'); END;
CREATE TRIGGER policy_is_history_2 BEFORE DELETE ON policy
    BEGIN SELECT RAISE(ABORT, 'policies are append-only'); END;
CREATE INDEX hold_active ON hold (account_id, amount_fen, subsidy_fen) WHERE state = 'held';
CREATE INDEX exception_event_exception ON exception_event (exception_id, id);
CREATE TRIGGER exception_event_is_history_1 BEFORE UPDATE ON exception_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER exception_event_is_history_2 BEFORE DELETE ON exception_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
PRAGMA application_id = 1129596994;
PRAGMA user_version = 12;
