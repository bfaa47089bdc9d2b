import CSQLite

/// What is set for all of SQLite in this process, before its first use.
enum SQLiteLibrary {
    /// Without statistics of memory, whose lock took a tenth of a debit's processor time. Where SQLite was in use
    /// before, as in a program that also has other files, nothing changes but the speed.
    static let isWithoutMemoryStatistics = campus_till_sqlite_without_memory_statistics() == SQLITE_OK
}
