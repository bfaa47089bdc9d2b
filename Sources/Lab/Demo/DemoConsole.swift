import ControlClient
import ControlProtocol
import Foundation
import Payments
import Simulation
import SmartCards

/// What a person can go on to do after the demonstration: taps, scans, a hub that goes away.
package struct DemoConsole {
    private let campus: LabCampus
    private let account: String
    private let peer: VirtualCardPeer

    package init(campus: LabCampus, account: String = "2026010001") throws {
        self.campus = campus
        self.account = account
        let file = CardStateFile(path: campus.paths.card("card-\(account)"))
        peer = campus.peer(try LabCard(file: file, masterKey: LabCards.readKey(campus.paths.labKey)))
    }

    /// Reads commands until `quit` or the end of input.
    package func run() async {
        LabOutput.line(help)
        LabOutput.text("> ")
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            if words == ["quit"] || words == ["exit"] { return }
            do {
                try await perform(words)
            } catch {
                LabOutput.line("\(error)")
            }
            LabOutput.text("> ")
        }
    }

    private var help: String {
        """

        Everything is still running. Here:
          tap 5.00        tap the demo card          code 8.00     show a fresh payment code
          hub stop        take the hub away          hub start     bring it back
          lost / found    report the card            status        the terminal at a glance
          help            this text                  quit          end everything
        In another shell:
          export TILL_SOCKET=\(campus.paths.controlSocket)
          \(campus.paths.program("till")) journal list
          \(campus.paths.program("till-hub")) account list --socket \(campus.paths.hubSocket)
        """
    }

    private func perform(_ words: [String]) async throws {
        switch (words.first, words.dropFirst().first) {
        case (nil, _): break
        case ("tap", let amount?): show(try await campus.tap(peer, amount: try Self.amount(amount)))
        case ("code", let amount?):
            let image = campus.paths.code("console.png")
            try await campus.hub.issueCode(account: account, image: image)
            let code = try await CodeImageDecoder().decode(imageAt: image)
            show(try await campus.scan(code, amount: try Self.amount(amount)))
        case ("hub", "stop"):
            await campus.hub.stop()
            LabOutput.line("the hub is stopped")
        case ("hub", "start"):
            try await campus.hub.start()
            LabOutput.line("the hub is back")
        case ("lost", nil), ("found", nil):
            guard let id = peer.withCard({ ($0 as? SimulatedPurseCard)?.memory.information.card }) else { break }
            if words[0] == "lost" { try await campus.hub.reportLost(id) } else { try await campus.hub.reportFound(id) }
            _ = try await campus.terminal.client.sync()
            LabOutput.line("reported \(words[0])")
        case ("status", nil):
            let status = try await campus.terminal.client.status()
            LabOutput.line(
                "\(status.journal.sequence) records, \(status.journal.unsentCount) unsent "
                    + "(\(Amount(fen: status.journal.unsentFen))), hub \(status.hub.reachable ? "reachable" : "away")")
        case ("help", nil): LabOutput.line(help)
        default: LabOutput.line("no such command; type help")
        }
    }

    private static func amount(_ text: String) throws -> Amount {
        guard let amount = Amount(yuan: text), amount > .zero else {
            throw LabError("an amount is yuan with at most two decimals, for example 5.00")
        }
        return amount
    }

    private func show(_ sale: SaleMessage) {
        var line = "\(sale.state)".uppercased() + "  \(Amount(fen: sale.amountFen))"
        if let reason = sale.reason { line += "  \(reason.english)  \(reason.chinese)" }
        if let available = sale.availableFen { line += "  balance \(Amount(fen: available))" }
        LabOutput.line(line + "  \(sale.decidedBy ?? "")")
    }
}
