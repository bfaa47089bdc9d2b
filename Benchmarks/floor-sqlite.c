/* floor-sqlite [--reads] FILE COUNT BATCH WARM_UP ACCOUNTS
 * floor-sqlite --version
 *
 * What durable debits cannot do without: SQLite's own interface, prepared statements, and exactly the rows that one
 * conclusion of Sources/Ledger writes. FILE is a journal that the ledger made and closed, so tables, indexes,
 * triggers and page size are the ledger's own and cannot drift from it; the settings below are those of
 * Sources/Ledger/Storage/LedgerFile.swift. It decides nothing, computes no hash and, as a rule, reads nothing.
 *
 * With --reads it first reads, in the same transaction, what a decision about a card needs: card, account, the
 * holder's terms and the account's totals (Sources/Ledger/Replica/PayerKnowledge.swift). Without it the totals that it
 * writes are of the right size and otherwise nothing.
 *
 * Writes WARM_UP debits that do not count, then COUNT in commits of BATCH, over ACCOUNTS accounts. Prints the duration
 * of each commit, from the beginning of its transaction to the return of its COMMIT. The file is afterwards only good
 * for this program: the hashes in it chain nothing. */
#include "samples.h"

#include <sqlite3.h>
#include <stdbool.h>

/* The ledger's reservation of trace numbers, written with every commit. */
enum { RESERVATION_WINDOW = 32 };

/* The same spread of debits over accounts as Sources/Lab/Bench/BenchPayers.swift. */
static const int64_t FIRST_ACCOUNT = 2026000001;
static const int64_t STRIDE = 7919;

static sqlite3 *database;
static sqlite3_stmt *begin_statement, *commit_statement, *journal_statement, *entry_statement, *state_statement;
static sqlite3_stmt *use_statement, *card_statement, *account_statement, *terms_statement, *totals_statement;
static bool reads;
static int64_t sequence, trace;
static long accounts;
static unsigned char hash[32];

static void check(int result, int expected, const char *what) {
    if (result == expected) return;
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(database));
    exit(EXIT_SOFTWARE);
}

static void run(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK, sql); }

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), SQLITE_OK, sql);
    return statement;
}

static void step(sqlite3_stmt *statement) {
    check(sqlite3_step(statement), SQLITE_DONE, sqlite3_sql(statement));
    sqlite3_reset(statement);
}

static int64_t single_number(const char *sql) {
    sqlite3_stmt *statement = prepare(sql);
    check(sqlite3_step(statement), SQLITE_ROW, sql);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static int64_t wall_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void entry(int leg, const char *account, int64_t amount) {
    sqlite3_bind_int64(entry_statement, 1, sequence);
    sqlite3_bind_int64(entry_statement, 2, leg);
    sqlite3_bind_text(entry_statement, 3, account, -1, SQLITE_STATIC);
    sqlite3_bind_int64(entry_statement, 4, amount);
    step(entry_statement);
}

/* Steps through all rows and takes the first two columns of each. */
static int64_t read_rows(sqlite3_stmt *statement) {
    int64_t sum = 0;
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        sum += sqlite3_column_int64(statement, 0);
        if (sqlite3_column_count(statement) > 1) sum += sqlite3_column_bytes(statement, 1);
    }
    check(result, SQLITE_DONE, sqlite3_sql(statement));
    sqlite3_reset(statement);
    return sum;
}

static void read_payer(const char *card, int64_t account) {
    sqlite3_bind_text(card_statement, 1, card, -1, SQLITE_STATIC);
    sqlite3_bind_int64(account_statement, 1, account);
    sqlite3_bind_int64(terms_statement, 1, account);
    sqlite3_bind_int64(totals_statement, 1, account);
    if (read_rows(card_statement) == 0 || read_rows(account_statement) == 0) {
        fprintf(stderr, "the journal does not know a payer: is it the bench's own?\n");
        exit(EXIT_SOFTWARE);
    }
    read_rows(terms_statement);
    read_rows(totals_statement);
}

static void debit(int64_t time) {
    sequence++;
    trace++;
    int64_t payer = sequence * STRIDE % accounts;
    int64_t amount = 100 + sequence % 900;
    char card[32], cardholder[40];
    snprintf(card, sizeof card, "purse:%020llX", (unsigned long long)(payer + 1));
    snprintf(cardholder, sizeof cardholder, "cardholder:%lld", (long long)(FIRST_ACCOUNT + payer));
    if (reads) read_payer(card, FIRST_ACCOUNT + payer);
    memcpy(hash, &sequence, sizeof sequence);
    sqlite3_bind_int64(journal_statement, 1, sequence);
    sqlite3_bind_int64(journal_statement, 2, trace);
    sqlite3_bind_int64(journal_statement, 3, 1);
    sqlite3_bind_int64(journal_statement, 5, time);
    sqlite3_bind_int64(journal_statement, 6, accounts);
    sqlite3_bind_blob(journal_statement, 7, hash, sizeof hash, SQLITE_STATIC);
    sqlite3_bind_int64(journal_statement, 8, amount);
    sqlite3_bind_int64(journal_statement, 9, 1);
    sqlite3_bind_text(journal_statement, 10, card, -1, SQLITE_STATIC);
    sqlite3_bind_int64(journal_statement, 13, FIRST_ACCOUNT + payer);
    sqlite3_bind_text(journal_statement, 14, "canteen-1", -1, SQLITE_STATIC);
    sqlite3_bind_text(journal_statement, 15, "lane-1", -1, SQLITE_STATIC);
    sqlite3_bind_int64(journal_statement, 16, 1);
    step(journal_statement);
    sqlite3_bind_int64(use_statement, 1, FIRST_ACCOUNT + payer);
    sqlite3_bind_int64(use_statement, 2, sequence);
    sqlite3_bind_int64(use_statement, 3, time);
    sqlite3_bind_int64(use_statement, 4, amount);
    sqlite3_bind_int64(use_statement, 5, sequence);
    step(use_statement);
    entry(1, cardholder, -amount);
    entry(2, "merchant:canteen-1", amount);
}

static void commit_debits(long batch) {
    int64_t time = wall_milliseconds();
    step(begin_statement);
    for (long index = 0; index < batch; index++) debit(time);
    sqlite3_bind_int64(state_statement, 1, sequence);
    sqlite3_bind_blob(state_statement, 2, hash, sizeof hash, SQLITE_STATIC);
    sqlite3_bind_int64(state_statement, 3, time);
    sqlite3_bind_int64(state_statement, 4, trace + RESERVATION_WINDOW);
    step(state_statement);
    step(commit_statement);
}

static void open_journal(const char *path) {
    check(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL), SQLITE_OK, path);
    run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA wal_autocheckpoint = 1000; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
        "PRAGMA cell_size_check = ON");
    if (single_number("PRAGMA synchronous") != 2) {
        fprintf(stderr, "%s: synchronous is not FULL\n", path);
        exit(EXIT_SOFTWARE);
    }
    sequence = single_number("SELECT head_sequence FROM state");
    trace = single_number("SELECT reserved_through FROM state");
    begin_statement = prepare("BEGIN IMMEDIATE");
    commit_statement = prepare("COMMIT");
    journal_statement = prepare(
        "INSERT INTO journal (sequence, trace, outcome, reason, decided_at, replica_cursor, hash,"
        " amount, payer, card, key_id, serial, account, merchant, lane, path, movement, evidence, verdict, subject)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, NULL, NULL, NULL)");
    use_statement = prepare(
        "INSERT INTO account_use (account, sequence, decided_at, newest, purchase, purchase_subsidy,"
        " purchase_offline, cash, subsidy, offline_amount, offline_count, offline_subsidy)"
        " VALUES (?1, ?2, ?3, ?3, ?4, 0, 0, ?5, 0, 0, 0, 0)");
    entry_statement = prepare("INSERT INTO entry (sequence, leg, account, amount) VALUES (?, ?, ?, ?)");
    card_statement = prepare("SELECT account, status FROM card WHERE id = ?");
    account_statement = prepare("SELECT balance, status, as_of_sequence FROM account WHERE id = ?");
    terms_statement = prepare("SELECT single_limit, day_limit FROM account_terms WHERE account = ?");
    totals_statement =
        prepare("SELECT cash, subsidy FROM account_use WHERE account = ? ORDER BY sequence DESC LIMIT 1");
    state_statement = prepare(
        "UPDATE state SET head_sequence = ?, head_hash = ?, newest_decision = ?, reserved_through = ? WHERE id = 1");
}

int main(int count_of_arguments, char **arguments) {
    if (count_of_arguments == 2 && strcmp(arguments[1], "--version") == 0) {
        printf("%s\n", sqlite3_libversion());
        return EXIT_SUCCESS;
    }
    reads = count_of_arguments > 1 && strcmp(arguments[1], "--reads") == 0;
    if (reads) {
        arguments++;
        count_of_arguments--;
    }
    if (count_of_arguments != 6) {
        fprintf(stderr, "usage: floor-sqlite [--reads] FILE COUNT BATCH WARM_UP ACCOUNTS\n");
        return EXIT_USAGE;
    }
    long count = number_argument(arguments[2], "COUNT", 10000000);
    long batch = number_argument(arguments[3], "BATCH", 100000);
    long warm_up = number_argument(arguments[4], "WARM_UP", 10000000);
    accounts = number_argument(arguments[5], "ACCOUNTS", 1000000);
    if (batch == 0 || accounts == 0) {
        fprintf(stderr, "BATCH and ACCOUNTS must be at least 1\n");
        return EXIT_USAGE;
    }
    open_journal(arguments[1]);
    for (long done = 0; done < warm_up; done += batch) commit_debits(batch);

    long commits = count / batch;
    int64_t *samples = room_for_samples(commits);
    int64_t begin = now_nanoseconds();
    for (long index = 0; index < commits; index++) {
        int64_t start = now_nanoseconds();
        commit_debits(batch);
        samples[index] = now_nanoseconds() - start;
    }
    print_samples(samples, commits, now_nanoseconds() - begin, sqlite3_libversion());

    free(samples);
    sqlite3_stmt *statement;
    while ((statement = sqlite3_next_stmt(database, NULL)) != NULL) sqlite3_finalize(statement);
    check(sqlite3_close(database), SQLITE_OK, "close");
    return EXIT_SUCCESS;
}
