import Foundation
import Ledger
import Payments
import Terminal

/// Sales that a terminal made without the hub, put into its journal through the ledger's own interface while the daemon
/// is stopped: a morning's records in a second.
package struct OfflineBacklog: Sendable {
    /// More callers than one commit takes, so that commits are full.
    private static let callers = 2 * SQLiteLedger.commitLimit

    /// Sales.
    package let count: Int
    /// What they come to together.
    package var amount: Amount { (0..<count).map(Self.amount(of:)).reduce(.zero, +) }

    package init(count: Int) { self.count = count }

    /// From one to nine fen.
    private static func amount(of sale: Int) -> Amount { Amount(fen: Int64(1 + sale % 9)) }

    /// Sells to the cards in turn, which the journal's replica must know and whose accounts must have the money.
    ///
    /// - Parameters:
    ///   - cards: at least one.
    ///   - folder: the terminal's state folder.
    package func sell(to cards: [CardID], in folder: String) async throws {
        guard let terminal = TerminalID(text: LabCampus.terminalID),
            let merchant = MerchantID(text: LabCampus.merchant), let lane = LaneID(text: LabTerminal.lane)
        else { throw LabError("the lab's terminal, merchant and lane have names") }
        let ledger = try SQLiteLedger.open(
            path: folder + "/journal.sqlite", keyPath: folder + "/journal.key", terminal: terminal,
            reservationWindow: UInt64(2 * Self.callers), now: Self.now()
        ) { JournalID(number: .random(in: .min ... .max)) }
        let unlimited = Amount(fen: .max / 2)
        let authorizer = Authorizer(
            policy: OfflinePolicy(
                permitted: true, unprovenCards: false, floorLimit: Amount(fen: 3000), cardAmount: unlimited,
                cardCount: .max, terminalAmount: unlimited, terminalCount: .max, contactAge: .seconds(86_400)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<Self.callers {
                group.addTask {
                    for sale in stride(from: caller, to: count, by: Self.callers) {
                        let evidence = CardEvidence(
                            card: cards[sale % cards.count], proof: .proven, validFrom: 20_200_101,
                            validThrough: 20_491_231)
                        let request = AuthorizationRequest(
                            transaction: try await ledger.mint(), amount: Self.amount(of: sale),
                            instrument: .card(evidence), merchant: merchant, lane: lane)
                        let concluded = try await ledger.conclude(
                            request, hub: .none(.unreachable), authorizer: authorizer, now: Self.now())
                        guard case .approved = concluded.decision else {
                            throw LabError("sale \(sale): \(concluded.decision.reason?.name ?? "no reason")")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        try await ledger.close()
    }

    private static func now() -> UnixTime { UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
