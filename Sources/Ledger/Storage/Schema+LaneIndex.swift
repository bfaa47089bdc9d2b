extension Schema {
    /// Finds the last sale of a lane without reading the journal.
    static let laneIndex = """
        CREATE INDEX journal_lane ON journal (lane, sequence, outcome, trace)
            WHERE outcome IN (1, 4) AND movement IN (1, 2, 3);
        """
}
