/// Notes of persons who work on an exception without ending it.
extension HubSchema {
    /// SQLite cannot change a CHECK, so `exception_event` is made anew with its rows, index and triggers.
    static let workNotesSQL = """
        CREATE TABLE new_exception_event (
            id INTEGER PRIMARY KEY,
            exception_id INTEGER NOT NULL REFERENCES exception (id),
            at INTEGER NOT NULL,
            operator TEXT NOT NULL,
            act TEXT NOT NULL CHECK (act IN ('contested', 'assigned', 'noted', 'closed', 'reopened')),
            text TEXT NOT NULL
        ) STRICT;
        INSERT INTO new_exception_event SELECT id, exception_id, at, operator, act, text FROM exception_event;
        DROP TABLE exception_event;
        ALTER TABLE new_exception_event RENAME TO exception_event;
        CREATE INDEX exception_event_exception ON exception_event (exception_id, id);
        CREATE TRIGGER exception_event_is_history_1 BEFORE UPDATE ON exception_event
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
        CREATE TRIGGER exception_event_is_history_2 BEFORE DELETE ON exception_event
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

        """
}
