extension ScannedCode {
    /// What the cashier reads when the code is not taken, in English; `nil` for the campus's own codes.
    package var englishRefusal: String? { refusal?.english }

    /// What the cashier reads when the code is not taken, in Chinese; `nil` for the campus's own codes.
    package var chineseRefusal: String? { refusal?.chinese }

    private var refusal: (english: String, chinese: String)? {
        switch self {
        case .campusOffline, .campusOnline: nil
        case .walletCode(let rail):
            ("\(rail.englishName) is not taken here, show the campus payment code", "不支持\(rail.chineseName)，请出示校园付款码")
        case .emvConsumer: ("bank card codes are not taken here, show the campus payment code", "不支持银行卡付款码，请出示校园付款码")
        case .merchantCode: ("this is a merchant code, show the payment code instead", "这是收款码，请出示付款码")
        case .transit: ("transit codes are not taken here, show the campus payment code", "不支持乘车码，请出示校园付款码")
        case .health: ("this is a health code, show the payment code instead", "这是健康码，请出示付款码")
        case .link: ("this is a link, show the payment code instead", "这是网址二维码，请出示付款码")
        case .unknown: ("code is not known, show the campus payment code", "无法识别的二维码，请出示校园付款码")
        }
    }
}
