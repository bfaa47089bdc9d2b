/// Decides refunds and voids. Pure: the same values give the same decision.
///
/// What goes back goes to the account that paid, and out of the merchant's money. Where a card's own purse paid it goes
/// to the card's account: no purse takes a debit back (a load, which brings it onto the card, needs the hub).
///
/// What was subsidy goes back to the subsidy purse first, until all of the sale's subsidy is there again, and the rest
/// to cash: it went out in that order, and subsidy never becomes cash. Nothing here adds to an offline allowance.
package struct CorrectionRules: Sendable, Hashable {
    /// A sale can be voided this long after it was approved.
    package var voidPeriod: Duration
    /// A sale can be refunded until the end of this many days after its own; 1 is the next day.
    package var refundDays: Int
    /// Seconds east of UTC of the days.
    package var timeZoneOffset: Int64

    package init(voidPeriod: Duration = .seconds(300), refundDays: Int = 1, timeZoneOffset: Int64 = 28_800) {
        self.voidPeriod = voidPeriod
        self.refundDays = refundDays
        self.timeZoneOffset = timeZoneOffset
    }

    /// What the correction's record says, or why there is none.
    ///
    /// - Parameters:
    ///   - subject: the sale that the order names or means; `nil` when the journal has none.
    ///   - now: not earlier than the journal's newest record, so that a clock set back prolongs nothing.
    package func sale(
        for order: CorrectionOrder, of subject: CorrectableSale?, now: UnixTime
    ) -> Result<JournalRecord.Sale, CorrectionRefusal> {
        do throws(CorrectionRefusal) {
            return .success(try decide(order, subject, now: now))
        } catch {
            return .failure(error)
        }
    }

    private func decide(
        _ order: CorrectionOrder, _ subject: CorrectableSale?, now: UnixTime
    ) throws(CorrectionRefusal) -> JournalRecord.Sale {
        guard let subject else {
            if case .void(_, sale: nil) = order { throw CorrectionRefusal(.noSale) }
            throw CorrectionRefusal(.saleUnknown)
        }
        guard var sale = subject.record.sale, sale.movement.corrects == nil else { throw CorrectionRefusal(.notASale) }
        if case .purseLoad = sale.movement { throw CorrectionRefusal(.notASale) }
        switch subject.verdict {
        case .happened: break
        case .didNotHappen: throw CorrectionRefusal(.notASale)
        case .undetermined: throw CorrectionRefusal(.outcomeUnknown)
        }
        guard let account = subject.account else { throw CorrectionRefusal(.accountUnknown) }
        sale.account = account
        let left = sale.amount - subject.corrected
        let amount: Amount
        switch order {
        case .refund(let transaction, let wanted):
            amount = wanted ?? left
            guard amount > .zero || wanted == nil else { throw CorrectionRefusal(.amountInvalid) }
            guard left > .zero else { throw CorrectionRefusal(.correctedBefore) }
            guard amount <= left else { throw CorrectionRefusal(.aboveSale) }
            guard day(now) - day(subject.record.decidedAt) <= refundDays else { throw CorrectionRefusal(.tooLate) }
            sale.movement = .refund(of: transaction)
        case .void(let lane, _):
            amount = sale.amount
            guard lane == sale.lane, subject.isLastOfLane else { throw CorrectionRefusal(.notLastSale) }
            guard subject.corrected == .zero else { throw CorrectionRefusal(.correctedBefore) }
            guard now.since(subject.record.decidedAt) <= voidPeriod else { throw CorrectionRefusal(.tooLate) }
            sale.movement = .void(of: subject.record.transaction)
        }
        sale.subsidy = min(amount, sale.subsidy - subject.correctedSubsidy)
        sale.amount = amount
        sale.path = .local
        return sale
    }

    /// Days since 1970 in the campus's time.
    private func day(_ time: UnixTime) -> Int {
        let seconds = time.seconds + timeZoneOffset
        return Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }
}
