import Payments

/// The offline policy of the simulated campus: narrow, so that its limits are met every day.
enum CampusPolicy {
    static let offline = OfflinePolicy(
        permitted: true, unprovenCards: false, floorLimit: Amount(fen: 2500), cardAmount: Amount(fen: 4000),
        cardCount: 4, terminalAmount: Amount(fen: 12_000), terminalCount: 14, contactAge: .seconds(8 * 3600))
}
