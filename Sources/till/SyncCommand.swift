import ArgumentParser
import ControlClient
import ControlProtocol

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Makes terminal and hub level now, and says whether they are.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.run {
            let result = try await common.client.sync()
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
}
