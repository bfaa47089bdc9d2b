import ArgumentParser
import Hub
import Payments

struct ExceptionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exception", abstract: "Work through what needs a person (差错处理).",
        discussion: """
            EXAMPLES
              till-hub exception list
              till-hub exception show 12
              till-hub exception take 12
              till-hub exception note 12 --note "asked the canteen; the receipt comes tomorrow"
              till-hub exception assign 12 --to 王芳
              till-hub exception close 12 --note "second use refunded at the counter"
              till-hub exception close 13 --resolution refunded --adjustment 4 --note "one meal, two taps"
              till-hub exception reopen 12 --note "it was another student"
              till-hub exception contest 0000000000010000A0A00000000000000007 --note "was not there"
            """,
        subcommands: [
            List.self, Show.self, Take.self, Assign.self, Note.self, Close.self, Reopen.self, Contest.self,
        ], aliases: ["exceptions"])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List exceptions, newest first.")

        @Option(help: "open, unassigned, assigned, closed or all.")
        var state = ExceptionFilter.open
        @Option(help: "Only this kind.")
        var kind: ExceptionKind?
        @Option(help: "Only this terminal's.")
        var terminal: TerminalID?
        @Option(help: "Only what somebody with this in the name took.")
        var assignee: String?
        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        private var isFiltered: Bool { kind != nil || terminal != nil || assignee != nil }

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get(
                "/operator/v1/exceptions",
                page.query + [
                    ("state", state.rawValue), ("kind", kind?.rawValue), ("terminal", terminal?.text),
                    ("assignee", assignee),
                ])
            try hub.show(answer, as: Page<ExceptionSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil {
                    return isFiltered || state != .open
                        ? "no such exceptions 无符合条件的差错" : "no open exceptions: nothing needs a person 无待处理差错"
                }
                var table = TextTable([
                    .right("ID"), .left("KIND 差错"), .right("AMOUNT ¥"), .left("LAST SEEN"), .right("TIMES"),
                    .left("TERMINAL"), .left("STATE"), .left("WHAT"),
                ])
                for item in page.items {
                    table.add([
                        String(item.id), "\(item.kind.rawValue) \(ExceptionAdvice(item.kind).chineseName)",
                        item.amountFen.map(Presentation.amount) ?? "-", presentation.time(item.lastAtMilliseconds),
                        String(item.occurrences), item.terminal?.text ?? "-", ExceptionText.state(item),
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
        @Option(help: "explained, adjusted, upheld, refunded, delivered or duplicate.")
        var resolution: ExceptionResolution?
        @Option(help: "The approved adjustment that solved it.")
        var adjustment: Int64?
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/exceptions/\(exception)/close",
                ExceptionNote(note: note, resolution: resolution, adjustment: adjustment))
            try hub.show(answer, as: ExceptionSummary.self) {
                "exception \($0.id) (\($0.kind.rawValue)) is closed as \($0.resolution?.rawValue ?? "-"); undo with: "
                    + "till-hub exception reopen \($0.id) --note TEXT"
            }
        }
    }
}

extension ExceptionFilter: ExpressibleByArgument {}
