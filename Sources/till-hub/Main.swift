import ArgumentParser

/// The hub and its operator's command line.
@main
struct TillHub: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "till-hub",
        abstract: "The CampusTill hub: accounts, cards, terminals and books.",
        discussion: """
            'serve' runs the hub. All other commands talk to a running hub over its operator socket, so they must run \
            on the hub's machine as a user who may open that socket.

            EXAMPLES
              till-hub serve --config /etc/campus-till/till-hub.yaml
              till-hub account create 2026010001 --name 李雷
              till-hub card issue uid:04A1B2C3D4E5F6 --account 2026010001
              till-hub topup 2026010001 100 --reference receipt-2026-0001
              till-hub merchant add canteen-1 --name 第一食堂
              till-hub terminal register --name "Canteen 1, counter 3" --merchant canteen-1
              till-hub books check

            EXIT STATUS
              0 done  1 refused by the hub  64 wrong usage  65 wrong data  69 hub not running  78 wrong configuration
            """,
        subcommands: [
            Serve.self, CheckConfig.self, Status.self, Account.self, CardCommand.self, PurseCommand.self, TopUp.self,
            Code.self, TerminalCommand.self, Merchant.self, ExceptionCommand.self, Hold.self, Books.self,
            DayCommand.self, SettlementCommand.self, AdjustmentCommand.self, Reconcile.self, Export.self,
            PolicyCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Console.error(failure.text)
            exit(withError: ExitCode(failure.status.rawValue))
        } catch {
            exit(withError: error)
        }
    }
}
