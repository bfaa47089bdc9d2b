import ArgumentParser
import Hub

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show which hub this is and what it keeps.")

    @OptionGroup var hub: HubOptions

    func run() async throws {
        let presentation = try await hub.presentation()
        try hub.show(try await hub.client.get("/operator/v1/hub"), as: HubStatus.self) { status in
            """
            campus           \(status.campus)
            hub time         \(presentation.time(status.hubTimeMilliseconds))
            accounts         \(status.accounts)
            terminals        \(status.terminals)
            open exceptions  \(status.openExceptions) (\(status.books.unassignedExceptions) with nobody)
            business day     \(status.books.today), closed through \(status.books.closedThrough?.text ?? "-")
            late postings    \(status.books.latePostings) in open days
            adjustments      \(status.books.proposedAdjustments) wait for a second person
            settlements      \(status.books.draftSettlements) drafts, \(status.books.unpaidSettlements) to be paid
            payment codes    \(status.issuesCodes ? "issued here" : "not issued here")
            """
        }
    }
}
