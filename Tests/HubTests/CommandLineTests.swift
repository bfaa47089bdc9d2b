import Foundation
import HubProtocol
import Hub
import Payments
import TestSupport
import Testing

/// Runs the real `till-hub` against a real hub over its real socket.
@Suite("till-hub", .timeLimit(.minutes(15)))
struct CommandLineTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var command: HubCommand { HubCommand(directory: directory) }

    private func run(_ arguments: String...) async throws -> HubCommand.Outcome { try await run(arguments) }

    private func run(_ arguments: [String]) async throws -> HubCommand.Outcome {
        try await command.run(HubCommand.executable(), arguments)
    }

    private var socket: String { directory.file("operator.sock") }

    private func operate(_ arguments: String...) async throws -> HubCommand.Outcome {
        try await run(arguments + ["--socket", socket])
    }

    private func configuration(_ extra: String = "") throws -> String {
        let path = directory.file("hub.yaml")
        let text = """
            campus: 测试大学
            listen:
              port: 0
            database: \(directory.file("hub.sqlite"))
            operator_socket: \(socket)
            code_key_file: \(directory.file("code-key.json"))
            \(extra)
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func withServer(_ body: () async throws -> Void) async throws {
        try await command.withServer(configuration: configuration(), body)
    }

    @Test("a day at the card office")
    func office() async throws {
        try await withServer {
            #expect(try await operate("accounts", "list").output.contains("no accounts yet; create one with"))
            #expect(try await operate("cards", "list").output.contains("no cards yet"))
            #expect(try await operate("merchants", "list").output.contains("no merchants yet"))
            #expect(try await operate("terminals", "list").output.contains("no terminals yet"))
            #expect(try await operate("exceptions", "list").output.contains("nothing needs a person"))
            #expect(try await operate("holds", "list").output == "no active holds\n")

            let created = try await operate("account", "create", "2026010001", "--name", "李雷")
            #expect(created.output == "account 2026010001 created for 李雷\n")
            #expect(created.status == 0)
            _ = try await operate("account", "create", "2026010002", "--name", "Han Meimei")
            let issued = try await operate("card", "issue", "uid:04a1b2c3", "--account", "2026010001")
            #expect(issued.output.contains("uid:04A1B2C3"))
            let paid = try await operate("topup", "2026010001", "100", "--reference", "r 1/é")
            #expect(paid.output == "¥100.00 paid in as posting 1; balance ¥100.00\n")
            let again = try await operate("topup", "2026010001", "100.00", "--reference", "r 1/é")
            #expect(again.output.contains("already paid in as posting 1"))
            #expect(again.status == 0)

            let list = try await operate("account", "list")
            #expect(
                list.output == """
                    ACCOUNT     NAME        STATUS  BALANCE ¥  HELD ¥  SUBSIDY ¥
                    2026010001  李雷        active     100.00    0.00       0.00
                    2026010002  Han Meimei  active       0.00    0.00       0.00

                    """)
            let lost = try await operate("card", "lost", "uid:04A1B2C3")
            #expect(lost.output == "card uid:04A1B2C3 is lost, on the hot list\n")
            let found = try await operate("card", "found", "uid:04A1B2C3")
            #expect(found.output == "card uid:04A1B2C3 is active, not on the hot list\n")

            _ = try await operate("merchant", "add", "canteen-1", "--name", "第一食堂")
            let registered = try await operate(
                "terminal", "register", "--name", "一号窗口", "--merchant", "canteen-1", "--json")
            let credentials = try JSONDecoder().decode(TerminalCredentials.self, from: Data(registered.output.utf8))
            #expect(credentials.secret.count == 64)
            let shown = try await operate("terminal", "show", credentials.id.text)
            #expect(shown.output.contains("一号窗口"))
            #expect(shown.output.contains("waits for the terminal"))
            #expect(!shown.output.contains(credentials.secret))

            let statement = try await operate("account", "statement", "2026010001")
            #expect(statement.output.contains("topUp"))
            #expect(statement.output.hasSuffix("balance ¥100.00, subsidy ¥0.00\n"))
            let books = try await operate("books", "check")
            #expect(books.output.contains("the books are sound"))
            #expect(books.status == 0)
            #expect(try await operate("status").output.contains("测试大学"))
        }
        let keyMode =
            try FileManager.default.attributesOfItem(atPath: directory.file("code-key.json"))[
                .posixPermissions] as? Int
        #expect(keyMode == 0o600)
    }

    @Test("purses from the command line")
    func purses() async throws {
        let card = "purse:00000000000000000007"
        try await withServer {
            #expect(try await operate("purse", "drift").output == "every card agrees with the books\n")
            #expect(try await operate("purse", "list").output.contains("no purses yet"))
            let opened = try await operate("purse", "open", card, "--balance", "85.50")
            #expect(opened.output == "opened as posting 1; the books go from ¥0.00 to ¥85.50\n")
            let again = try await operate("purse", "open", card, "--balance", "85.5")
            #expect(again.output.contains("opened before as posting 1"))
            let list = try await operate("purse", "list")
            #expect(list.output.contains("85.50"), "\(list.output)")
            let shown = try await operate("purse", "show", card)
            #expect(shown.output.contains("status   agrees"), "\(shown.output)\(shown.error)")
            #expect(shown.output.contains("no purchases"))
            #expect(try await operate("purse", "show", card, "--loads").output.contains("no loads"))
            let correction = try await operate("purse", "correct", card, "--note", "x")
            #expect(correction.status == 1)
            #expect(correction.error.contains("nothing to correct: card and books agree"))
            let transaction = "000000000001A0A000010000000000FF"
            let unknown = try await operate("purse", "resolve", transaction, "happened", "--note", "x")
            #expect(unknown.status == 1)
            #expect(unknown.error.contains("no such purse transaction"))
            #expect(try await operate("purse", "resolve", transaction, "perhaps", "--note", "x").status == 64)
            #expect(try await operate("purse", "transaction", transaction).status == 1)
            let json = try await operate("purse", "list", "--json")
            let page = try JSONDecoder().decode(Page<PurseSummary>.self, from: Data(json.output.utf8))
            #expect(page.items.map(\.booksFen) == [8550])
            #expect(try await operate("books", "check").output.contains("purses"))
        }
    }

    @Test("exit statuses say what went wrong")
    func statuses() async throws {
        try await withServer {
            let missing = try await operate("account", "show", "1")
            #expect(missing.status == 1)
            #expect(missing.error == "till-hub: E4111: no such account\n")
            #expect(missing.output.isEmpty)
            #expect(try await operate("account", "show", "01").status == 64)
            #expect(try await operate("topup", "1", "-5", "--reference", "r").status == 64)
            #expect(try await operate("topup", "1", "0", "--reference", "r").status == 64)
            #expect(try await operate("card", "lost", "1234").status == 64)
            #expect(try await operate("terminal", "register", "--name", "x").status == 64)
            #expect(try await operate("nonsense").status == 64)
            let taken = try await run("serve", "--config", directory.file("hub.yaml"))
            #expect(taken.status == 69)
            #expect(taken.error.contains("E3107"))
        }
    }

    @Test("without a hub every operator command ends at once with 69 and the socket's path")
    func notRunning() async throws {
        for arguments in [["account", "list"], ["books", "check"], ["topup", "1", "1", "--reference", "r"]] {
            let outcome = try await run(arguments + ["--socket", socket])
            #expect(outcome.status == 69)
            #expect(outcome.error == "till-hub: the hub is not running (socket \(socket))\n")
        }
    }

    @Test("a good configuration is confirmed, and nothing is made")
    func goodConfiguration() async throws {
        let outcome = try await run("check-config", "--config", try configuration("holds: {lifetime: 24h}"))
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("the configuration is correct"))
        #expect(!FileManager.default.fileExists(atPath: directory.file("hub.sqlite")))
    }

    @Test(
        "a wrong configuration is named with file, line and key",
        arguments: [
            ("colour: red", "hub.yaml:7: colour: unknown key"), ("holds: {hours: 1}", "holds.hours: unknown key"),
            ("holds: {lifetime: 0s}", "holds.lifetime: expected a duration"),
            ("unproven_cards_online: perhaps", "unproven_cards_online: expected true or false"),
            ("time_zone: east", "time_zone: expected an offset from UTC"), ("holds: 3", "holds: expected a section"),
            ("a: [", "hub.yaml"), ("purse: {tac_key_file: key}", "purse.tac_key_file: expected a path"),
            ("purse: {load_diversification: []}", "purse.load_diversification: expected one to three"),
            ("purse: {tac_diversification: [city]}", "purse.tac_diversification: expected one to three"),
            ("purse: {balance_maximum: much}", "purse.balance_maximum: expected an amount"),
        ])
    func wrongConfiguration(extra: String, text: String) async throws {
        let outcome = try await run("check-config", "--config", try configuration(extra))
        #expect(outcome.status == 78)
        #expect(outcome.error.contains(text), "\(outcome.error)")
    }

    @Test("every command explains itself")
    func help() async throws {
        for command in [
            [], ["serve"], ["account"], ["card"], ["topup"], ["code", "issue"], ["terminal", "register"], ["merchant"],
            ["exception"], ["hold", "list"], ["purse"], ["purse", "correct"], ["purse", "resolve"], ["books", "check"],
            ["status"], ["check-config"],
        ] {
            let outcome = try await run(command + ["--help"])
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("USAGE: till-hub"))
        }
    }
}
