import Payments

/// Why a presented card could not be identified: a value for the lane, which shows its text. Numbers 1301–1399.
package struct CardRefusal: StableError, Hashable {
    package enum Code: Int, Sendable, CaseIterable {
        /// No profile of this terminal fits the card.
        case cardNotSupported = 1301
        case applicationLocked = 1302
        /// The card could not prove that it holds the campus's key.
        case cardNotGenuine = 1303
        /// The card refused the terminal's MAC1.
        case secureModuleRefusedByCard = 1304
        /// The card refused a command (status word in the detail).
        case cardFault = 1305
        case insufficientBalance = 1306
        /// The exchange broke: the card was taken away too early. Presenting it again is safe.
        case communicationFailed = 1307
        /// The card's answer breaks its format (number of the error in the detail).
        case malformedAnswer = 1308
        /// The secure module did not answer or refused.
        case secureModuleFailed = 1309
        /// The card has no purchase key with the configured index.
        case keyIndexNotSupported = 1310
        /// The identifier changes with every tap.
        case randomIdentifier = 1311
        /// The reader gave no identifier, or one of a length that no card has.
        case identifierNotReadable = 1312
        /// The outcome of a payment with another card is not known; that card must come first.
        case sameCardNeeded = 1313
        /// The card's maker gave its identifier to several cards (ISO 14443-3: single size, xF).
        case identifierNotUnique = 1314
        /// The card's own record says that this meal, or the day's, has been eaten (limit in the detail).
        case entitlementUsedUp = 1331
        /// The card has no record for compound purchases.
        case mealRecordMissing = 1332
        /// The card's record for compound purchases is not of this campus, or from a later day.
        case mealRecordUnusable = 1333
        /// The card works with an algorithm that its profile does not list.
        case algorithmNotAccepted = 1334
        /// The card wants a PIN, and none was entered.
        case pinMissing = 1335
        /// Wrong PIN (attempts left in the detail).
        case pinWrong = 1336
        case pinBlocked = 1337
        /// The issuer does not grant the load.
        case loadRefusedByIssuer = 1338
        /// The issuer did not answer about the load.
        case issuerUnreachable = 1339
        /// The card refused the issuer's MAC2 of a load.
        case loadGrantRefusedByCard = 1340
        /// The purse cannot hold the amount, or has been loaded as often as it can.
        case cardFull = 1341
    }

    package let code: Code
    /// Step and status word, for the log; no card data.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }
    package var message: String { detail.isEmpty ? englishText : "\(englishText) (\(detail))" }

    /// What the lane shows, in English.
    package var englishText: String { text.english }
    /// What the lane shows, in Chinese.
    package var chineseText: String { text.chinese }

    private var text: (english: String, chinese: String) {
        switch code {
        case .cardNotSupported: ("this card is not used here", "不支持此卡")
        case .applicationLocked: ("card is locked", "卡片已锁定")
        case .cardNotGenuine: ("card could not prove that it is genuine", "卡片认证失败")
        case .secureModuleRefusedByCard: ("card does not accept this terminal", "卡片不认可本终端")
        case .cardFault: ("card reports a fault", "卡片故障")
        case .insufficientBalance: ("card balance is not sufficient", "卡内余额不足")
        case .communicationFailed: ("card left too early, hold it longer", "读卡中断，请重新放卡")
        case .malformedAnswer: ("card data cannot be read", "卡片数据异常")
        case .secureModuleFailed: ("secure module of the terminal is out of order", "终端安全模块故障")
        case .keyIndexNotSupported: ("card has no key for this terminal", "卡片无对应密钥")
        case .randomIdentifier: ("phone or card without a fixed number", "卡号不固定（如手机），无法识别")
        case .identifierNotReadable: ("card number cannot be read", "无法读取卡号")
        case .identifierNotUnique: ("card number is not unique", "卡号不唯一，无法识别")
        case .sameCardNeeded: ("put the same card back, the payment is not finished", "请放回原卡，交易未完成")
        case .entitlementUsedUp: ("this meal is already used on the card", "本餐次或当日额度已用完")
        case .mealRecordMissing: ("card has no meal record", "卡内无就餐记录")
        case .mealRecordUnusable: ("meal record of the card cannot be used", "卡内就餐记录异常")
        case .algorithmNotAccepted: ("card uses an algorithm that is not accepted", "卡片算法不受支持")
        case .pinMissing: ("card needs its PIN", "请输入卡片密码")
        case .pinWrong: ("wrong PIN", "卡片密码错误")
        case .pinBlocked: ("PIN is blocked, see the card office", "卡片密码已锁定，请到卡务中心处理")
        case .loadRefusedByIssuer: ("load is not granted", "圈存未获批准")
        case .issuerUnreachable: ("load is not possible now", "暂时无法圈存")
        case .loadGrantRefusedByCard: ("card refuses the load", "卡片拒绝圈存")
        case .cardFull: ("card cannot hold this amount", "超出卡内余额上限")
        }
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension CardRefusal {
    /// The refusal for a failed purse tap.
    package init(purse failure: PurseFailure) {
        switch failure {
        case .notThisProfile(let status): self.init(.cardNotSupported, detail: "\(status)")
        case .applicationLocked: self.init(.applicationLocked)
        case .cardNotGenuine: self.init(.cardNotGenuine)
        case .secureModuleRefusedByCard: self.init(.secureModuleRefusedByCard)
        case .insufficientBalance: self.init(.insufficientBalance)
        case .keyIndexNotSupported: self.init(.keyIndexNotSupported)
        case .algorithmNotAccepted(let number): self.init(.algorithmNotAccepted, detail: "algorithm \(number)")
        case .notEntitled(let cause): self.init(compound: cause)
        case .cardFault(let status, let step):
            self.init(.cardFault, detail: "\(step.rawValue): \(status), \(status.meaning)")
        case .malformedAnswer(let error, let step):
            self.init(.malformedAnswer, detail: "\(step.rawValue): \(error)")
        case .communicationFailed(let step): self.init(.communicationFailed, detail: step.rawValue)
        case .secureModuleFailed(let step): self.init(.secureModuleFailed, detail: step.rawValue)
        case .notAdmitted, .intentNotStored: fatalError("a purchase that the driver stopped is no refusal of the card")
        }
    }

    /// The refusal for a purchase of amount zero whose outcome is not known: whether the card carried the DEBIT out
    /// changes nothing but its serial, so the tap may be repeated.
    init(proof uncertainty: PurseUncertainty) {
        switch uncertainty {
        case .answerLost: self.init(purse: .communicationFailed(.debit))
        case .answerMalformed(let error): self.init(purse: .malformedAnswer(error, .debit))
        case .status(let status): self.init(purse: .cardFault(status, .debit))
        case .notChecked: self.init(purse: .secureModuleFailed(.checkMAC2))
        }
    }

    /// The refusal for an identifier that cannot stand for a card.
    init(identifier cause: CardIdentifier.Unusable) {
        switch cause {
        case .refused(let status): self.init(.identifierNotReadable, detail: "\(status)")
        case .length(let count): self.init(.identifierNotReadable, detail: "\(count) bytes")
        case .random: self.init(.randomIdentifier)
        }
    }
}

extension CardRefusal {
    /// The refusal for a card whose own record does not allow a compound purchase.
    private init(compound cause: CompoundRefusal) {
        switch cause {
        case .entitlementUsedUp(let limit): self.init(.entitlementUsedUp, detail: limit.rawValue)
        case .recordMissing(let status): self.init(.mealRecordMissing, detail: "\(status), \(status.meaning)")
        case .recordUnusable(.length(let count)): self.init(.mealRecordUnusable, detail: "\(count) bytes")
        case .recordUnusable(.layout): self.init(.mealRecordUnusable, detail: "layout")
        case .recordUnusable(.laterDay): self.init(.mealRecordUnusable, detail: "written on a later day")
        }
    }

    /// The refusal for a load that came to nothing; `nil` when the driver itself stopped it.
    package init?(load failure: PurseLoadFailure) {
        switch failure {
        case .purse(.notAdmitted), .purse(.intentNotStored): return nil
        case .purse(let failure): self.init(purse: failure)
        case .pinMissing: self.init(.pinMissing)
        case .pinWrong(let triesLeft): self.init(.pinWrong, detail: "\(triesLeft) attempts left")
        case .pinBlocked: self.init(.pinBlocked)
        case .issuer(.refusedByIssuer): self.init(.loadRefusedByIssuer)
        case .issuer(.issuerUnreachable): self.init(.issuerUnreachable)
        case .grantRefusedByCard: self.init(.loadGrantRefusedByCard)
        case .cardFull: self.init(.cardFull)
        }
    }
}
