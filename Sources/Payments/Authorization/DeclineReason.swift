/// Two-digit response code of ISO 8583 field 39.
package enum ResponseCode: String, Sendable, Codable {
    case approved = "00"
    case doNotHonour = "05"
    case invalidCard = "14"
    case lostCard = "41"
    case stolenCard = "43"
    case insufficientFunds = "51"
    case expired = "54"
    case incorrectPIN = "55"
    case notPermittedToCardholder = "57"
    case notPermittedToTerminal = "58"
    case amountLimit = "61"
    case restricted = "62"
    case frequencyLimit = "65"
    case pinTriesExceeded = "75"
    case issuerUnavailable = "91"
    case duplicate = "94"
    case fault = "96"
}

/// Why a sale was refused: a correct no, not an error.
///
/// The number is stable: it stands in journals, on the wire and in `docs/reference/decline-reasons.md`. Its first
/// two digits are the response code under which it is reported.
package enum DeclineReason: Int, Sendable, Hashable, CaseIterable, Codable {
    case cardNotGenuine = 501
    case codeForged = 502
    case cardRefusedDebit = 503
    case cardUnknown = 1401
    case accountUnknown = 1402
    case codeKeyUnknown = 1403
    case codeUnknown = 1404
    case cardReportedLost = 4101
    case cardReportedStolen = 4301
    case insufficientFunds = 5101
    case accountInDebt = 5160
    case cardExpired = 5401
    case codeExpired = 5402
    case codeFromTheFuture = 5403
    case cardNotYetValid = 5404
    case pinRequired = 5531
    case pinWrong = 5532
    case pinNotSet = 5533
    case pinOutdated = 5534
    case accountNotPermitted = 5701
    case unprovenCardNotPermitted = 5702
    case offlineNotPermitted = 5801
    case merchantNotPermitted = 5802
    case outsideMeals = 5831
    case floorLimitExceeded = 6101
    case cardOfflineAmountExceeded = 6102
    case terminalOfflineAmountExceeded = 6103
    case codeLimitExceeded = 6104
    case cardLimitExceeded = 6105
    case singleLimitExceeded = 6131
    case dayLimitExceeded = 6132
    case mealAmountExceeded = 6133
    case fixedPriceDiffers = 6134
    case accountFrozen = 6201
    case accountClosed = 6202
    case cardNotActive = 6203
    case cardOfflineCountExceeded = 6501
    case terminalOfflineCountExceeded = 6502
    case entitlementUsedUp = 6503
    case mealCountExceeded = 6531
    case pinTriesExceeded = 7531
    case hubNeededForCode = 9101
    case clockNotTrusted = 9102
    case replicaTooOld = 9103
    case hubNeededForCard = 9104
    case unsentTooOld = 9131
    case selectedForHub = 9132
    case codeReplayed = 9401
    case transactionVoided = 9402
    case storageUnavailable = 9601

    /// The ISO 8583 response code under which this reason is reported.
    package var responseCode: ResponseCode {
        let digits = rawValue / 100
        guard let code = ResponseCode(rawValue: digits < 10 ? "0\(digits)" : String(digits)) else {
            fatalError("decline reason \(rawValue) has no response code")
        }
        return code
    }

    /// The stable name in JSON and documents, for example `insufficientFunds`.
    package var name: String { String(describing: self) }

    /// What the cashier reads, in English.
    package var englishText: String { text.english }

    /// What the cashier reads, in Chinese.
    package var chineseText: String { text.chinese }

    private var text: (english: String, chinese: String) {
        switch self {
        case .cardNotGenuine: ("card could not prove that it is genuine", "卡片认证失败")
        case .codeForged: ("payment code is not genuine", "付款码验签失败")
        case .cardRefusedDebit: ("card refused to pay", "卡片拒绝扣款")
        case .cardUnknown: ("card is not known", "卡片未登记")
        case .accountUnknown: ("account is not known", "账户不存在")
        case .codeKeyUnknown: ("payment code was signed with a key not known here", "付款码密钥未知")
        case .codeUnknown: ("payment code was never issued", "付款码不存在")
        case .cardReportedLost: ("card is reported lost", "卡片已挂失")
        case .cardReportedStolen: ("card is reported stolen", "卡片已报失窃")
        case .insufficientFunds: ("balance is not sufficient", "余额不足")
        case .accountInDebt: ("account is in debt; top up first", "账户欠费，请先充值")
        case .cardExpired: ("card has expired", "卡片已过期")
        case .codeExpired: ("payment code has expired, show a new one", "付款码已过期，请刷新")
        case .codeFromTheFuture: ("payment code is dated in the future", "付款码时间异常")
        case .cardNotYetValid: ("card is not valid yet", "卡片尚未生效")
        case .pinRequired: ("PIN is needed for this amount", "请输入支付密码")
        case .pinWrong: ("PIN is wrong", "支付密码错误")
        case .pinNotSet: ("a PIN is needed and the account has none", "账户未设置支付密码")
        case .pinOutdated: ("the PIN was changed just now, try again", "支付密码刚刚变更，请稍后重试")
        case .accountNotPermitted: ("account may not pay here", "账户不允许在此消费")
        case .unprovenCardNotPermitted: ("card without proof of identity may not pay here", "不接受未认证的卡片")
        case .offlineNotPermitted: ("network is needed and cannot be reached", "网络中断，不允许脱机消费")
        case .merchantNotPermitted: ("terminal may not sell for this merchant", "商户不可用")
        case .outsideMeals: ("sales are made at meal times only", "不在就餐时段")
        case .floorLimitExceeded: ("amount is above the offline floor limit", "超过单笔脱机限额")
        case .cardOfflineAmountExceeded: ("card has used up its offline amount", "超过本卡脱机累计金额")
        case .terminalOfflineAmountExceeded: ("terminal holds its maximum unsent amount", "终端脱机累计金额已满")
        case .codeLimitExceeded: ("amount is above the payment code's limit", "超过付款码限额")
        case .cardLimitExceeded: ("amount is above the limit of this kind of card", "超过此类卡片限额")
        case .singleLimitExceeded: ("amount is above the limit of a single sale", "超过单笔消费限额")
        case .dayLimitExceeded: ("amount is above the limit of the day", "超过当日消费限额")
        case .mealAmountExceeded: ("amount is above the limit of this meal", "超过本餐消费限额")
        case .fixedPriceDiffers: ("this meal has a fixed price above the amount", "与本餐定额不符")
        case .accountFrozen: ("account is frozen", "账户已冻结")
        case .accountClosed: ("account is closed", "账户已销户")
        case .cardNotActive: ("card is not active", "卡片未启用")
        case .cardOfflineCountExceeded: ("card has used up its offline purchases", "超过本卡脱机次数")
        case .terminalOfflineCountExceeded: ("terminal holds its maximum number of unsent sales", "终端脱机笔数已满")
        case .entitlementUsedUp: ("card has used up its meals of this time", "本餐次数已用完")
        case .mealCountExceeded: ("account has used up its sales of this meal", "本餐消费次数已用完")
        case .pinTriesExceeded: ("PIN is locked, go to the card office", "密码已锁定，请到卡务中心解锁")
        case .hubNeededForCode: ("this payment code needs the network", "该付款码需要联网")
        case .clockNotTrusted: ("terminal clock is not trusted", "终端时钟不可信")
        case .replicaTooOld: ("terminal has been without the hub for too long", "终端脱机时间过长")
        case .hubNeededForCard: ("this kind of card needs the network", "此类卡片需要联网")
        case .unsentTooOld: ("terminal holds unsent sales for too long", "终端未上传交易过久")
        case .selectedForHub: ("this sale was selected to need the network", "本笔需联网验证")
        case .codeReplayed: ("payment code has been used already", "付款码已使用")
        case .transactionVoided: ("transaction was given up before it was decided", "交易已作废")
        case .storageUnavailable: ("terminal cannot store sales", "终端无法存储交易")
        }
    }
}
