extension LabHub {
    /// One line of an account's statement in numbers.
    package struct StatementEntry: Decodable, Sendable {
        /// Why money moved, as the hub names it: `topUp`, `purchase` and so on.
        package var kind: String
        package var amountFen: Int64
    }

    /// The whole statement of an account, newest first, however many pages it has.
    ///
    /// - Parameter limit: lines in a page, 1 to 1000; the hub's own standard when absent.
    package func statementEntries(_ account: String, limit: Int? = nil) async throws -> [StatementEntry] {
        struct Page: Decodable {
            var lines: [StatementEntry]
            var next: Int64?
        }
        var entries: [StatementEntry] = []
        var next: Int64?
        repeat {
            let page: Page = try await json(
                ["account", "statement", account] + (limit.map { ["--limit", String($0)] } ?? [])
                    + (next.map { ["--before", String($0)] } ?? []))
            entries += page.lines
            next = page.next
        } while next != nil
        return entries
    }
}
