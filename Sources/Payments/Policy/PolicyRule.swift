/// Every limit and choice that a policy document may set. The raw value is the key in the document; the unit is last.
package enum PolicyRule: String, Sendable, Hashable, CaseIterable, Codable {
    case offlinePermitted
    case unprovenCards
    case floorLimitFen
    case cardAmountFen
    case cardCount
    case terminalAmountFen
    case terminalCount
    case contactAgeSeconds
    case unsentAgeSeconds
    case selectionPerMille
    case selectionPermitsUnreachable
    case mealsOnly
    case mealAmountFen
    case mealCount
    case fixedPriceFen
    case subsidyPermitted
    case subsidyMealFen
    case subsidyMealCount
    case singleAmountFen
    case dayAmountFen
    case pinAboveFen
    case pinCumulativeFen

    /// What kind of value a rule takes, for reading and for showing it.
    package enum Kind: Sendable, Hashable {
        case flag, amount, count, duration, perMille
    }

    package var kind: Kind {
        switch self {
        case .offlinePermitted, .unprovenCards, .selectionPermitsUnreachable, .mealsOnly, .subsidyPermitted: .flag
        case .floorLimitFen, .cardAmountFen, .terminalAmountFen, .mealAmountFen, .fixedPriceFen, .subsidyMealFen,
            .singleAmountFen, .dayAmountFen, .pinAboveFen, .pinCumulativeFen:
            .amount
        case .cardCount, .terminalCount, .mealCount, .subsidyMealCount: .count
        case .contactAgeSeconds, .unsentAgeSeconds: .duration
        case .selectionPerMille: .perMille
        }
    }

    /// The values that a document may give; a flag is 0 or 1.
    package var range: ClosedRange<Int64> {
        switch self {
        case .fixedPriceFen: 1...Amount.saleMaximum.fen
        case .terminalAmountFen: 0...100 * Amount.saleMaximum.fen
        case .terminalCount: 0...100_000
        case .contactAgeSeconds, .unsentAgeSeconds: 60...30 * 86_400
        case .selectionPerMille: 0...1000
        default:
            switch kind {
            case .flag: 0...1
            case .count: 0...1000
            case .amount, .duration, .perMille: 0...Amount.saleMaximum.fen
            }
        }
    }

    /// The value where no document says anything; `nil` where that means "no such limit".
    package var standard: Int64? {
        let offline = OfflinePolicy.standard
        return switch self {
        case .offlinePermitted: offline.permitted ? 1 : 0
        case .unprovenCards: offline.unprovenCards ? 1 : 0
        case .floorLimitFen: offline.floorLimit.fen
        case .cardAmountFen: offline.cardAmount.fen
        case .cardCount: Int64(offline.cardCount)
        case .terminalAmountFen: offline.terminalAmount.fen
        case .terminalCount: Int64(offline.terminalCount)
        case .contactAgeSeconds: offline.contactAge.components.seconds
        case .selectionPerMille, .selectionPermitsUnreachable, .mealsOnly, .subsidyPermitted: 0
        case .unsentAgeSeconds, .mealAmountFen, .mealCount, .fixedPriceFen, .subsidyMealFen, .subsidyMealCount,
            .singleAmountFen, .dayAmountFen, .pinAboveFen, .pinCumulativeFen:
            nil
        }
    }

    /// Whether `null` may lift the limit again that a wider scope has set.
    package var isOptional: Bool { standard == nil }

    /// Whether the rule is about all that a terminal holds, so that it cannot differ from card to card.
    package var isOfTerminal: Bool {
        switch self {
        case .terminalAmountFen, .terminalCount, .unsentAgeSeconds, .contactAgeSeconds: true
        default: false
        }
    }

    /// Whether the rule may differ from meal to meal.
    package var isOfMeal: Bool {
        switch self {
        case .mealAmountFen, .mealCount, .fixedPriceFen, .subsidyMealFen, .subsidyMealCount, .subsidyPermitted: true
        default: false
        }
    }

    /// What the rule says, for people: English.
    package var englishText: String { text.english }

    /// What the rule says, for people: Chinese.
    package var chineseText: String { text.chinese }

    private var text: (english: String, chinese: String) {
        switch self {
        case .offlinePermitted: ("sales without the hub", "允许脱机消费")
        case .unprovenCards: ("cards without proof of identity, offline", "脱机接受未认证卡片")
        case .floorLimitFen: ("largest single offline sale", "单笔脱机限额")
        case .cardAmountFen: ("offline amount per card and terminal", "每卡每机脱机累计金额")
        case .cardCount: ("offline sales per card and terminal", "每卡每机脱机笔数")
        case .terminalAmountFen: ("unsent offline amount of the terminal", "终端脱机累计金额")
        case .terminalCount: ("unsent offline sales of the terminal", "终端脱机笔数")
        case .contactAgeSeconds: ("longest time without the hub", "最长脱机时间")
        case .unsentAgeSeconds: ("longest wait of an unsent offline sale", "未上传交易最长保留时间")
        case .selectionPerMille: ("share of sales that must reach the hub", "随机联机比例")
        case .selectionPermitsUnreachable: ("selected sales pass when the hub is away", "随机联机失败时放行")
        case .mealsOnly: ("sales in meal windows only", "仅限就餐时段")
        case .mealAmountFen: ("amount per meal", "每餐限额")
        case .mealCount: ("sales per meal", "每餐限次")
        case .fixedPriceFen: ("fixed price of the meal", "定额")
        case .subsidyPermitted: ("subsidy may be spent", "允许使用补助")
        case .subsidyMealFen: ("subsidy per sale", "每笔补助限额")
        case .subsidyMealCount: ("sales with subsidy per meal", "每餐补助次数")
        case .singleAmountFen: ("largest single sale", "单笔限额")
        case .dayAmountFen: ("amount per day", "每日限额")
        case .pinAboveFen: ("PIN above", "超额需输密码（单笔）")
        case .pinCumulativeFen: ("PIN above, sum of the day", "超额需输密码（当日累计）")
        }
    }
}
