import ControlProtocol
import Payments

/// The explanation of the policy for people.
struct PolicyText {
    let text: String

    init(_ policy: PolicyExplanationMessage, isChinese: Bool) {
        func say(_ english: String, _ chinese: String) -> String { isChinese ? chinese : english }
        let time = CalendarTime(UnixTime(milliseconds: policy.timeMilliseconds), offset: policy.timeZoneSeconds)
        let clock = "\(time.dateText) \(time.timeText)"
        var lines: [String] = []
        if policy.version == 0 {
            lines.append(
                say("policy   this terminal's configuration; the hub has delivered none", "策略     本机配置（平台尚未下发策略）"))
        } else {
            lines.append(
                say(
                    "policy   \(policy.campus), version \(policy.version)",
                    "策略     \(policy.campus) 第 \(policy.version) 版"))
        }
        if let alarm = policy.alarm {
            lines.append(
                say(
                    "ALARM    \(alarm.code): \(alarm.message)", "警报     \(alarm.code)：\(alarm.chinese ?? alarm.message)"
                ))
        }
        lines.append(
            say(
                "for      merchant \(policy.merchant) (\(policy.merchantClass)), cards \(policy.cardClass), \(clock)",
                "适用     商户 \(policy.merchant)（\(policy.merchantClass)），卡类 \(policy.cardClass)，\(clock)"))
        let meal = policy.meal.map { "\($0.name) \(Self.minutes($0.fromMinute))–\(Self.minutes($0.toMinute))" }
        lines.append(say("meal     \(meal ?? "none is open")", "餐次     \(meal ?? "非就餐时段")"))
        let age = policy.contactAgeSeconds.map { Self.duration($0, isChinese) }
        lines.append(
            say(
                "hub      last heard \(age.map { "\($0) ago" } ?? "never")",
                "平台     \(age.map { "\($0)前联机" } ?? "从未联机")"))
        if !policy.clockTrusted { lines.append(say("WARNING  the clock is not trusted", "警告     时钟不可信")) }
        if let refusal = policy.offlineRefusal {
            lines.append(
                say("now      nothing is sold offline: \(refusal.englishText)", "现在     不能脱机消费：\(refusal.chineseText)"))
        } else {
            let left = Amount(fen: policy.terminal.amountFen)
            lines.append(
                say(
                    "now      this terminal may still sell \(left) in \(policy.terminal.count) sales offline",
                    "现在     本机还可脱机消费 \(left)，\(policy.terminal.count) 笔"))
        }
        if let account = policy.account {
            let left = Amount(fen: account.offline.amountFen)
            lines.append(
                say(
                    "account  offline \(left) in \(account.offline.count) sales; today "
                        + "\(Amount(fen: account.todayFen)); this meal \(Amount(fen: account.mealFen))",
                    "账户     还可脱机 \(left)，\(account.offline.count) 笔；今日 \(Amount(fen: account.todayFen))；"
                        + "本餐 \(Amount(fen: account.mealFen))"))
            let end = account.subsidyEndsMilliseconds.map {
                CalendarTime(UnixTime(milliseconds: $0), offset: policy.timeZoneSeconds).dateText
            }
            let subsidy = Amount(fen: account.subsidyFen)
            lines.append(
                say(
                    "         subsidy \(subsidy)\(end.map { ", ends \($0)" } ?? "")",
                    "         补助 \(subsidy)\(end.map { "，\($0) 到期" } ?? "")"))
            let own = [
                account.singleLimitFen.map { say("single \(Amount(fen: $0))", "单笔 \(Amount(fen: $0))") },
                account.dayLimitFen.map { say("day \(Amount(fen: $0))", "每日 \(Amount(fen: $0))") },
            ].compactMap { $0 }
            if !own.isEmpty {
                lines.append(
                    say(
                        "         the holder's own limits: \(own.joined(separator: ", "))",
                        "         本人限额：\(own.joined(separator: "，"))"))
            }
            if account.isPINLocked { lines.append(say("         the PIN is locked", "         密码已锁定")) }
        }
        lines.append("")
        lines.append(say("rules", "规则"))
        for rule in policy.rules {
            let name = isChinese ? rule.rule.chineseText : rule.rule.englishText
            let value = Self.value(rule, isChinese)
            let source = rule.source ?? say("built in", "默认")
            lines.append("  \(name): \(value)  [\(source)]")
        }
        lines.append("")
        lines.append(say("worst possible loss without the hub", "脱机最大损失"))
        for loss in policy.losses {
            lines.append(
                say(
                    "  cards \(loss.cardClass): \(Amount(fen: loss.cardAndTerminalFen)) per card and terminal "
                        + "(a stranger without the PIN \(Amount(fen: loss.strangerAndTerminalFen))), "
                        + "\(Amount(fen: loss.cardFen)) per card at \(policy.terminals) terminals",
                    "  卡类 \(loss.cardClass)：每卡每机 \(Amount(fen: loss.cardAndTerminalFen))"
                        + "（无密码盗用 \(Amount(fen: loss.strangerAndTerminalFen))），"
                        + "\(policy.terminals) 台终端每卡 \(Amount(fen: loss.cardFen))"))
        }
        let terminal = Amount(fen: policy.terminalLossFen)
        lines.append(say("  terminal: \(terminal)", "  终端：\(terminal)"))
        let campus = Amount(fen: policy.campusLossFen)
        lines.append(
            say("  campus, \(policy.terminals) terminals: \(campus)", "  校园（\(policy.terminals) 台终端）：\(campus)"))
        text = lines.joined(separator: "\n")
    }

    private static func value(_ rule: PolicyExplanationMessage.Rule, _ isChinese: Bool) -> String {
        guard let value = rule.value else { return isChinese ? "不限" : "no limit" }
        return switch rule.rule.kind {
        case .flag: value == 1 ? (isChinese ? "是" : "yes") : (isChinese ? "否" : "no")
        case .amount: "\(Amount(fen: value))"
        case .count: "\(value)"
        case .duration: duration(value, isChinese)
        case .perMille: "\(value)‰"
        }
    }

    private static func duration(_ seconds: Int64, _ isChinese: Bool) -> String {
        if seconds < 120 { return isChinese ? "\(seconds) 秒" : "\(seconds) s" }
        if seconds < 7200 { return isChinese ? "\(seconds / 60) 分钟" : "\(seconds / 60) min" }
        return isChinese ? "\(seconds / 3600) 小时" : "\(seconds / 3600) h"
    }

    private static func minutes(_ minutes: Int) -> String {
        let (hour, minute) = (minutes / 60, minutes % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
}
