import ArgumentParser
import Foundation
import Hub
import Payments

extension ExceptionCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an exception, what to do about it, and what was done.")

        @Argument(help: "Its number.")
        var exception: Int64
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/exceptions/\(exception)")
            try hub.show(answer, as: ExceptionReport.self) { ExceptionText.report($0, presentation) }
        }
    }

    struct Take: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take an open exception yourself (领取).")

        @Argument(help: "Its number.")
        var exception: Int64
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/exceptions/\(exception)/assign", ExceptionAssignment(assignee: NSUserName()))
            try hub.show(answer, as: ExceptionSummary.self) {
                "exception \($0.id) is with \($0.assignee ?? "nobody")"
            }
        }
    }

    struct Note: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write down what was found until now (备注); the exception stays as it is.")

        @Argument(help: "Its number.")
        var exception: Int64
        @Option(help: "What was found.")
        var note: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.post(
                "/operator/v1/exceptions/\(exception)/notes", ExceptionFinding(note: note))
            try hub.show(answer, as: ExceptionReport.self) { ExceptionText.report($0, presentation) }
        }
    }

    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give an open exception to somebody.")

        @Argument(help: "Its number.")
        var exception: Int64
        @Option(help: "Who takes it; nobody unless given.")
        var to: String?
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/exceptions/\(exception)/assign", ExceptionAssignment(assignee: to))
            try hub.show(answer, as: ExceptionSummary.self) {
                "exception \($0.id) is with \($0.assignee ?? "nobody")"
            }
        }
    }

    struct Reopen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Undo a closing that was a mistake.")

        @Argument(help: "Its number.")
        var exception: Int64
        @Option(help: "Why.")
        var note: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/exceptions/\(exception)/reopen", ExceptionReopening(note: note))
            try hub.show(answer, as: ExceptionSummary.self) { "exception \($0.id) is open again" }
        }
    }

    struct Contest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a sale as contested (争议): somebody says that it was not so.")

        @Argument(help: "The transaction's id, 32 hexadecimal digits.")
        var transaction: TransactionID
        @Option(help: "What is said.")
        var note: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/contests", ContestRequest(transaction: transaction, note: note))
            try hub.show(answer, as: ExceptionSummary.self) {
                "exception \($0.id): \($0.amountFen.map { Amount(fen: $0).description } ?? "-") is contested"
            }
        }
    }
}

/// How exceptions are shown.
enum ExceptionText {
    /// Everything about one: what it is, what to do, what was done.
    static func report(_ report: ExceptionReport, _ presentation: Presentation) -> String {
        let item = report.summary
        let advice = ExceptionAdvice(item.kind)
        let history = report.history.map { event in
            "  \(presentation.time(event.atMilliseconds))  \(event.act.rawValue)  \(event.by)  \(event.text)"
        }
        let times = item.occurrences == 1 ? "once" : "\(item.occurrences) times"
        return """
            exception    \(item.id)
            kind         \(item.kind.rawValue) \(advice.chineseName)
            state        \(state(item))
            amount       \(item.amountFen.map { Amount(fen: $0).description } ?? "-")
            what         \(item.text)
            transaction  \(item.transaction?.text ?? "-")
            terminal     \(item.terminal?.text ?? "-")
            account      \(item.account?.text ?? "-")
            seen         \(times), first \(presentation.time(item.firstAtMilliseconds)), last \
            \(presentation.time(item.lastAtMilliseconds))
            adjustment   \(item.adjustment.map { String($0) } ?? "-")
            to do        \(advice.english)
            处理         \(advice.chinese)
            history
            \(history.isEmpty ? "  nothing was done yet 尚未处理" : history.joined(separator: "\n"))
            """
    }

    /// `open`, `with 王芳`, `closed`, or how it was closed.
    static func state(_ item: ExceptionSummary) -> String {
        switch item.state {
        case .open: "open"
        case .assigned: "with \(item.assignee ?? "-")"
        case .resolved:
            switch item.resolution {
            case nil, .explained: "closed"
            case let resolution?: resolution.rawValue
            }
        }
    }
}

extension ExceptionKind: ExpressibleByArgument {}
extension ExceptionResolution: ExpressibleByArgument {}
