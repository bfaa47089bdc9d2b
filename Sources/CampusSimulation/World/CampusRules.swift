import Payments

/// The rules of the simulated campus: narrow, so that their limits are met every day.
enum CampusRules {
    /// Of terminals that no policy has reached yet.
    static let offline = OfflinePolicy(
        permitted: true, unprovenCards: false, floorLimit: Amount(fen: 2500), cardAmount: Amount(fen: 4000),
        cardCount: 4, terminalAmount: Amount(fen: 12_000), terminalCount: 14, contactAge: .seconds(8 * 3600))
    /// Seconds east of UTC.
    static let timeZoneOffset: Int64 = 28_800

    /// The document of a policy, as the office would write it; without its version, which the hub gives.
    static func document(_ draw: UInt64) -> PolicyNode {
        var random = SeededRandom(seed: draw)
        var rules: [String: PolicyNode] = [
            "floorLimitFen": .number(random.pick([1500, 2500, 3000])),
            "cardAmountFen": .number(random.pick([3000, 4000, 6000])),
            "cardCount": .number(random.pick([3, 4, 6])),
            "terminalAmountFen": .number(random.pick([9000, 12_000, 20_000])),
            "terminalCount": .number(random.pick([10, 14])),
            "contactAgeSeconds": .number(random.pick([4 * 3600, 8 * 3600, 24 * 3600])),
            "subsidyPermitted": .flag(true), "subsidyMealFen": .number(random.pick([300, 800])),
        ]
        if random.chance(70) { rules["pinAboveFen"] = .number(random.pick([600, 1200, 2500])) }
        if random.chance(50) { rules["dayAmountFen"] = .number(random.pick([4000, 9000, 15_000])) }
        if random.chance(40) { rules["mealCount"] = .number(random.pick([3, 6])) }
        func meal(_ id: Int64, _ name: String, _ from: String, _ to: String) -> PolicyNode {
            .object(["id": .number(id), "name": .text(name), "from": .text(from), "to": .text(to)])
        }
        return .object([
            "campus": .text("simulation"),
            "meals": .list([
                meal(1, "早餐", "06:30", "09:00"), meal(2, "午餐", "10:45", "13:30"),
                meal(3, "晚餐", "16:45", "19:30"),
            ]),
            "rules": .list([.object(rules)]),
        ])
    }
}
