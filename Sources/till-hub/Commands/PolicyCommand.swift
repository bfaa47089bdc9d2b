import ArgumentParser
import Foundation
import Hub
import Payments

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Set and show the campus policy.",
        discussion: """
            A policy is a JSON document; docs/reference/policy.md lists its rules, config/policy.json is an example. \
            Every version is signed, kept for ever, and delivered to all terminals; none can be taken back, only \
            followed by the next.

            EXAMPLES
              till-hub policy check policy.json
              till-hub policy set policy.json --note "lunch from 11:00, Wang"
              till-hub policy history
            """,
        subcommands: [Set.self, Show.self, History.self, Check.self])

    /// Reads a document.
    static func document(_ path: String) throws -> PolicyNode {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.data, "\(path) cannot be read")
        }
        do {
            return try JSONDecoder().decode(PolicyNode.self, from: data)
        } catch {
            throw CommandFailure(.data, "\(path) is not JSON")
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sign and publish a new version.")

        @Argument(help: "The document. Without a version it gets the next one.")
        var file: String
        @Option(help: "Who wanted it and why.")
        var note: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/policies", NewPolicy(document: PolicyCommand.document(file), note: note))
            try hub.show(answer, as: PolicySummary.self) { "policy version \($0.version) is signed and published" }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the newest version.")

        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/policy")
            try hub.show(answer, as: PolicySummary.self) { policy in
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                let document = String(decoding: (try? encoder.encode(policy.document)) ?? Data(), as: UTF8.self)
                return """
                    version    \(policy.version)
                    in force   \(presentation.time(policy.validFromMilliseconds))
                    set        \(presentation.time(policy.setAtMilliseconds))
                    note       \(policy.note)
                    \(document)
                    """
            }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all versions, newest first.")

        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/policies", page.query)
            try hub.show(answer, as: Page<PolicySummary>.self) { page in
                if page.items.isEmpty { return "no policy has been set; terminals use their own configuration" }
                var table = TextTable([.right("VERSION"), .left("IN FORCE FROM"), .left("SET"), .left("NOTE")])
                for policy in page.items {
                    table.add([
                        String(policy.version), presentation.time(policy.validFromMilliseconds),
                        presentation.time(policy.setAtMilliseconds), policy.note,
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a document and print its worst possible losses, without a hub.")

        @Argument(help: "The document.")
        var file: String
        @Option(help: "How many terminals are cut off at the same time.")
        var terminals = 1

        func run() throws {
            guard case .object(var members) = try PolicyCommand.document(file) else {
                throw CommandFailure(.data, "\(file): expected an object")
            }
            if members["version"] == nil { members["version"] = .number(1) }
            let policy: CampusPolicy
            do throws(PolicyError) {
                policy = try CampusPolicy(.object(members))
            } catch {
                throw CommandFailure(.data, error.problems.map { "\(file): \($0)" }.joined(separator: "\n"))
            }
            var table = TextTable([
                .left("MERCHANTS"), .left("CARDS"), .right("CARD AND TERMINAL ¥"), .right("CARD ¥"),
                .right("TERMINAL ¥"), .right("CAMPUS ¥"),
            ])
            for merchantClass in policy.allMerchantClasses {
                let exposure = policy.exposure(of: merchantClass)
                for (cardClass, bound) in exposure.cards.sorted(by: { $0.key.text < $1.key.text }) {
                    table.add([
                        merchantClass.text, cardClass.text, Presentation.amount(bound.cardAndTerminal.fen),
                        Presentation.amount(bound.card(terminals: terminals).fen),
                        Presentation.amount(exposure.terminal.fen),
                        Presentation.amount(exposure.campus(terminals: terminals).fen),
                    ])
                }
            }
            print("the document is valid; worst possible losses with \(terminals) terminals cut off:")
            print(table.text)
        }
    }
}
