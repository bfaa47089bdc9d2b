#pragma once
#include <sqlite3.h>

// Swift cannot call a function with variable arguments.
//
// Without statistics of memory SQLite takes no lock for each piece of memory
// (SQLITE_CONFIG_MEMSTATUS, sqlite.org/c3ref/c_config_covering_index_scan.html). Returns SQLITE_MISUSE once SQLite
// is in use; then everything works as before.
static inline int campus_till_sqlite_without_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
