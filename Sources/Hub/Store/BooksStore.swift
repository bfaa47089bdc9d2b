/// The double-entry books as a whole.
package protocol BooksStore: Sendable {
    /// Recomputes every balance, posting and journal chain from what is stored.
    func checkBooks() async throws -> BooksReport
}
