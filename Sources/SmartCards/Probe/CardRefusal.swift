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
        case .sameCardNeeded: ("put the same card back, the payment is not finished", "请放回原卡，交易未完成")
        }
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension CardRefusal {
    /// The refusal for a failed purse tap of amount zero.
    init(purse failure: PurseFailure) {
        switch failure {
        case .notThisProfile(let status): self.init(.cardNotSupported, detail: "\(status)")
        case .applicationLocked: self.init(.applicationLocked)
        case .cardNotGenuine: self.init(.cardNotGenuine)
        case .secureModuleRefusedByCard: self.init(.secureModuleRefusedByCard)
        case .insufficientBalance: self.init(.insufficientBalance)
        case .keyIndexNotSupported: self.init(.keyIndexNotSupported)
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
