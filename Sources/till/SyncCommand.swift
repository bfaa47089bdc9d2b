import ArgumentParser
import ControlClient
import ControlProtocol
import Glibc

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Makes terminal and hub level now, and says whether they are.",
        discussion: "On a screen, a backlog of many records is shown with a bar until the hub has it.")

    /// A backlog below this is gone before a bar could be read.
    private static let shownFrom = 1000

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.run {
            let result = try await level()
            if common.json {
                try common.printJSON(result)
            } else if result.level {
                print("LEVEL  the hub has all records up to \(result.acknowledged)")
            } else {
                print("NOT LEVEL  \(result.unsentCount) unsent  \(result.failure ?? "")")
            }
            if !result.level { throw ExitCode(1) }
        }
    }

    /// Asks for the sync, and shows how it goes where there is somebody to see it.
    private func level() async throws -> SyncMessage {
        let total = try await common.client.status().journal.unsentCount
        guard total >= Self.shownFrom, !common.json, isatty(STDERR_FILENO) == 1 else {
            return try await common.client.sync()
        }
        return try await withThrowingTaskGroup(of: SyncMessage?.self) { group in
            group.addTask { try await common.client.sync() }
            group.addTask {
                while !Task.isCancelled { try await show(SyncProgress(total: total)) }
                return nil
            }
            defer { printError("") }
            while let ended = try await group.next() {
                guard let result = ended else { continue }
                group.cancelAll()
                return result
            }
            return try await common.client.sync()
        }
    }

    private func show(_ progress: SyncProgress) async throws {
        let unsent = try await common.client.status().journal.unsentCount
        writeError("\r" + progress.line(unsent: unsent))
        try await Task.sleep(for: .milliseconds(500))
    }
}
