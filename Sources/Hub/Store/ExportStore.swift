import Payments

/// The books, page by page, all pages of one moment.
package protocol ExportStore: Sendable {
    /// Postings in order of business day, then of posting.
    func exportPostings(_ selection: ExportSelection, _ page: PageRequest) async throws -> ExportPage<ExportedPosting>
    /// Records in the order in which they came, by the day of their arrival.
    func exportRecords(_ selection: ExportSelection, _ page: PageRequest) async throws -> ExportPage<ExportedRecord>

    /// Balances before ``ExportSelection/from``, zero ones left out.
    ///
    /// - Parameter eachAccount: every cardholder and debt by itself instead of their sum. Purses are always summed up.
    func openingBalances(
        _ selection: ExportSelection, eachAccount: Bool, _ page: PageRequest
    ) async throws -> Page<OpeningBalance>
}
