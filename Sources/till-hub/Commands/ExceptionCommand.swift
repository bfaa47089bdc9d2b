import ArgumentParser
import Hub
import Payments

struct ExceptionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exception", abstract: "Look at what needs a person, and close it.",
        discussion: """
            EXAMPLES
              till-hub exception list
              till-hub exception close 12 --note "second use refunded at the counter"
            """,
        subcommands: [List.self, Close.self], aliases: ["exceptions"])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List exceptions, newest first.")

        @Option(help: "open, closed or all.")
        var state = ExceptionFilter.open
        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get(
                "/operator/v1/exceptions", page.query + [("state", state.rawValue)])
            try hub.show(answer, as: Page<ExceptionSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil {
                    return state == .open ? "no open exceptions" : "no exceptions"
                }
                var table = TextTable([
                    .right("ID"), .left("KIND"), .left("LAST SEEN"), .right("TIMES"), .left("TERMINAL"),
                    .left("STATE"), .left("WHAT"),
                ])
                for item in page.items {
                    table.add([
                        String(item.id), item.kind.rawValue, presentation.time(item.lastAtMilliseconds),
                        String(item.occurrences), item.terminal?.text ?? "-",
                        item.closedAtMilliseconds == nil ? "open" : "closed",
                        item.note.map { "\(item.text) [\($0)]" } ?? item.text,
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Close an exception with a note.")

        @Argument(help: "Its number.")
        var exception: Int64
        @Option(help: "What was found and done.")
        var note: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/exceptions/\(exception)/close", ExceptionNote(note: note))
            try hub.show(answer, as: ExceptionSummary.self) { "exception \($0.id) (\($0.kind.rawValue)) is closed" }
        }
    }
}

extension ExceptionFilter: ExpressibleByArgument {}
