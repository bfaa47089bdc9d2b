/// One sentence for the operator, in two languages. Holds no card number beyond its last four digits, and no key.
package struct ExaminationText: Sendable, Hashable {
    package let english: String
    package let chinese: String

    package init(_ english: String, _ chinese: String) {
        self.english = english
        self.chinese = chinese
    }

    /// `6A82, file or application not found`.
    static func status(_ status: StatusWord) -> ExaminationText {
        ExaminationText("\(status), \(status.meaning)", "\(status)，\(status.chineseMeaning)")
    }
}

extension StatusWord {
    /// What an operator should understand by it, in Chinese.
    var chineseMeaning: String {
        switch self {
        case .success: "成功"
        case .selectedFileInvalidated: "所选应用已失效"
        case .wrongLength: "长度错误"
        case .securityStatusNotSatisfied: "缺少密码验证或认证"
        case .authenticationBlocked: "密码或密钥已锁定"
        case .conditionsNotSatisfied: "使用条件不满足"
        case .dataIncorrect: "数据错误"
        case .locked: "卡片或应用已锁定"
        case .applicationPermanentlyLocked: "应用已永久锁定"
        case .fileNotFound: "文件或应用不存在"
        case .recordNotFound: "记录不存在"
        case .wrongParameters: "参数错误"
        case .wrongOffset: "偏移超出文件"
        case .instructionNotSupported: "卡片不支持此命令"
        case .classNotSupported: "卡片不支持此类命令"
        default: "其他状态"
        }
    }
}
