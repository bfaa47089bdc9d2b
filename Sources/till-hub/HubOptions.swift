import ArgumentParser
import Foundation
import Hub

/// Options that every operator command takes.
struct HubOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The hub's operator socket.", valueName: "path"))
    var socket = HubOptions.standardSocket

    /// Where the installed hub has its socket.
    static let standardSocket = "/run/campus-till-hub/operator.sock"

    @Flag(help: "Print the hub's answer as JSON.")
    var json = false

    var client: OperatorClient { OperatorClient(socketPath: socket) }

    /// Prints `answer` as it came, or as `text` makes it.
    func show<Answer: Decodable>(_ answer: Data, as type: Answer.Type, text: (Answer) throws -> String) throws {
        if json {
            Console.write(answer + Data("\n".utf8))
            return
        }
        Console.line(try text(decode(answer)))
    }

    /// The answer as a value.
    func decode<Answer: Decodable>(_ answer: Data, as type: Answer.Type = Answer.self) throws -> Answer {
        do {
            return try JSONDecoder().decode(type, from: answer)
        } catch {
            throw CommandFailure(.data, "the hub's answer cannot be understood; are hub and command of one version?")
        }
    }

    /// How this campus shows values. Asks the hub only when a person reads.
    func presentation() async throws -> Presentation {
        if json { return Presentation(timeZoneOffsetSeconds: 0) }
        return Presentation(timeZoneOffsetSeconds: try await status().timeZoneOffsetSeconds)
    }

    /// Which hub this is.
    func status() async throws -> HubStatus {
        try decode(try await client.get("/operator/v1/hub"), as: HubStatus.self)
    }

    /// Fetches all pages at `path` and gives each to `take`, which says where the next one starts.
    func pages<Answer: Decodable>(
        _ path: String, _ query: [(name: String, value: String?)] = [], take: (Answer) throws -> String?
    ) async throws {
        var after: String?
        repeat {
            let page: Answer = try decode(
                try await client.get(path, query + [("limit", String(HubLimits.pageItems)), ("after", after)]))
            after = try take(page)
        } while after != nil
    }
}

/// Options of commands that print a part of a long list.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Most lines to print, at most 1000.", valueName: "count"))
    var limit: Int?

    @Option(help: ArgumentHelp("Where to go on, as the page before said.", valueName: "cursor"))
    var after: String?

    var query: [(name: String, value: String?)] { [("limit", limit.map { String($0) }), ("after", after)] }

    /// The table, and how to get the rest.
    static func text(_ table: TextTable, next: String?) -> String {
        next.map { "\(table.text)\n(more: --after \($0))" } ?? table.text
    }
}
