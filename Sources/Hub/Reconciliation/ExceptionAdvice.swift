/// What an exception means and what to do about it, for people at the card office.
package struct ExceptionAdvice: Sendable, Hashable {
    /// The kind in a few Chinese words.
    package let chineseName: String
    package let english: String
    package let chinese: String

    private init(_ chineseName: String, _ english: String, _ chinese: String) {
        self.chineseName = chineseName
        self.english = english
        self.chinese = chinese
    }

    package init(_ kind: ExceptionKind) { self = Self.advice(kind) }

    private static func advice(_ kind: ExceptionKind) -> ExceptionAdvice {
        switch kind {
        case .journalUnknown:
            ExceptionAdvice(
                "终端日志不符", "new disk: till-hub terminal reset-journal; otherwise look for a cloned terminal",
                "换过硬盘：执行 till-hub terminal reset-journal；否则查找被复制的终端")
        case .contentChanged:
            ExceptionAdvice(
                "流水被改动", "take the terminal out of service and keep its disk", "停用该终端并保留其硬盘")
        case .journalForked:
            ExceptionAdvice(
                "日志分叉", "an older image was restored: keep the disk; then till-hub terminal reset-journal",
                "终端恢复过旧镜像：先保留硬盘，再执行 till-hub terminal reset-journal")
        case .terminalCloned:
            ExceptionAdvice(
                "终端被复制", "find the second machine; revoke the terminal and enrol the right one again",
                "查找第二台机器；吊销该终端证书并为正确的终端重新登记")
        case .gap:
            ExceptionAdvice(
                "流水不连续", "was the hub restored from an older copy? otherwise keep the terminal's disk",
                "中心系统是否从旧备份恢复？否则保留该终端硬盘")
        case .transactionReused:
            ExceptionAdvice("交易号重复", "a defect of the terminal: keep its disk", "终端故障：保留其硬盘")
        case .holdsReleased:
            ExceptionAdvice(
                "预授权已释放", "sales that were not delivered are lost; make-up debit what can be proven",
                "未上传的交易已丢失；能证明的做补扣")
        case .recordsMissing:
            ExceptionAdvice(
                "缺流水", "bring the terminal to the network; a disk that is lost: make-up debit what can be proven",
                "让终端联网上传；硬盘已坏：能证明的做补扣")
        case .terminalSilent:
            ExceptionAdvice(
                "终端失联", "look at the terminal, its power and its network", "检查该终端、电源和网络")
        case .totalsDiffer:
            ExceptionAdvice(
                "终端合计不符", "compare till journal export with till-hub export csv --what records; keep the disk",
                "用 till journal export 与 till-hub export csv --what records 逐笔核对；保留硬盘")
        case .recordsLate:
            ExceptionAdvice(
                "迟到流水", "nothing, when the terminal was offline: they are settled with the day in which they stand",
                "若终端曾断网则无需处理：随入账日结算")
        case .recordNotPosted, .postingDiffers:
            ExceptionAdvice(
                "流水与账不符", "till-hub books check; restore the hub's database from a copy",
                "执行 till-hub books check；从备份恢复中心系统")
        case .tacWrong:
            ExceptionAdvice(
                "TAC 错误", "one card: stop it; many: the key here is wrong", "单张卡：停用；多张卡：中心系统密钥有误")
        case .tacMissing:
            ExceptionAdvice("缺 TAC", "wait for the card's next transaction", "等该卡下一笔交易")
        case .evidenceContradicted:
            ExceptionAdvice("凭据矛盾", "a defect of the terminal: keep its disk", "终端故障：保留其硬盘")
        case .outcomeUndetermined:
            ExceptionAdvice(
                "结果未知", "let the card be used again, or till-hub purse resolve",
                "让持卡人再次用卡，或 till-hub purse resolve")
        case .resolutionContradicted:
            ExceptionAdvice("处理结果矛盾", "nothing was posted; keep the terminal's disk", "未入账；保留该终端硬盘")
        case .resolutionDisputed:
            ExceptionAdvice("处理结果有异议", "look at the card; correct the drift", "核对卡内余额；做差额更正")
        case .resolutionOverturned:
            ExceptionAdvice("结论已撤回", "nothing: the books are right again", "无需处理：账已更正")
        case .purseContradicted:
            ExceptionAdvice(
                "卡余额矛盾", "wait for late records, then till-hub purse resolve or correct",
                "等迟到流水，再做 purse resolve 或 correct")
        case .purseForked:
            ExceptionAdvice("卡被复制", "card stolen, a new card for its holder", "挂失该卡并为持卡人换卡")
        case .purseRecordMissing:
            ExceptionAdvice(
                "缺电子钱包流水", "find the terminal's disk; else pay the merchant and correct the purse",
                "找到终端硬盘；否则补结商户并更正钱包")
        case .purseDrift:
            ExceptionAdvice(
                "卡账不符", "till-hub purse drift says why; purse correct or purse open",
                "见 till-hub purse drift；用 purse correct 或 purse open")
        case .accountUnknown:
            ExceptionAdvice(
                "账户不明", "find the cardholder, then a make-up debit without a merchant; else a write-off",
                "查明持卡人后做不带商户的补扣；否则核销")
        case .merchantUnknown, .merchantNotPermitted:
            ExceptionAdvice(
                "商户不符", "correct the terminal's merchants; move the money with merchant-debit and merchant-credit",
                "更正终端商户；用扣回商户和补结商户调账")
        case .overdrawn:
            ExceptionAdvice(
                "透支", "ask for a top-up; else debt, later debt-recovery or debt-write-off",
                "通知充值；否则转欠款，以后收回或核销")
        case .correctionContested:
            ExceptionAdvice(
                "退款存疑",
                "the amount waits in suspense: find the sale; merchant-credit gives it back to the merchant, then "
                    + "refund what the account is due",
                "金额在挂账中：查明原交易；先补结商户（merchant-credit），再退款（refund）给应得账户")
        case .codeUsedTwice:
            ExceptionAdvice("付款码重复使用", "refund one of the two sales", "退还其中一笔")
        case .codeUnknown, .codeContradicted:
            ExceptionAdvice(
                "付款码不符", "if repeated, the code key is known to others",
                "若多次出现，付款码密钥可能泄露")
        case .holdMissing, .holdContradicted:
            ExceptionAdvice("预授权不符", "a defect of the terminal, or tampering", "终端故障或被篡改")
        case .approvedAfterDecline:
            ExceptionAdvice(
                "拒绝后离线通过", "the offline policy's risk; recover the money if needed",
                "离线策略风险；必要时追回")
        case .saleRepeated:
            ExceptionAdvice(
                "疑似重复扣款", "ask the merchant; refund one if it was one meal, else close as explained",
                "询问商户；若为一笔则退还其中一笔，否则注明原因后关闭")
        case .policyNotUnderstood:
            ExceptionAdvice(
                "终端不识别新策略",
                "upgrade the terminal's program, or publish a policy without the new rule; there the one before it is "
                    + "in force",
                "升级该终端程序，或发布不含新规则的策略；在此之前该终端仍执行旧策略")
        case .contested:
            ExceptionAdvice(
                "争议交易", "look at receipt and record; close as upheld, or refund and close as refunded",
                "核对小票与流水；维持原交易，或退款后关闭")
        }
    }
}
