import HubProtocol
import Payments
import SmartCards

/// Decides loads. Pure: the same values give the same verdict.
struct LoadRules {
    let purses: PurseRules
    let loadKey: PurseKey

    /// - Throws: ``HubRefusalError`` when the hub has no key to decide with.
    init(_ purses: PurseRules) throws(HubRefusalError) {
        guard let key = purses.loadKey else {
            throw HubRefusalError(.notPermittedInThisState, "this hub has no load key and fills no purses")
        }
        self.purses = purses
        loadKey = key
    }

    /// Whether the card that asks is genuine, and what speaks against the amount.
    ///
    /// - Parameter isSerialOpen: whether no other load was granted for this serial of the card, or a later one.
    func objection(_ terms: LoadTerms, isSerialOpen: Bool) -> DeclineReason? {
        let transaction = transaction(terms, at: CalendarTime(UnixTime(milliseconds: 0)))
        let mac1 = PurseCryptogram.loadMAC1(
            sessionKey(terms), transaction, balanceBefore: terms.initialization.balanceBefore)
        guard mac1 == terms.initialization.mac1 else { return .cardNotGenuine }
        // An answer that the card gave before another load, or a load whose outcome is not known yet.
        guard isSerialOpen else { return .transactionVoided }
        let balance = Amount(fen: Int64(terms.initialization.balanceBefore)) + terms.hold.amount
        guard terms.hold.amount <= purses.loadMaximum, balance <= purses.balanceMaximum else {
            return .cardLimitExceeded
        }
        return nil
    }

    /// What the card needs to take the money.
    func grant(_ terms: LoadTerms, account: AccountID, now: UnixTime) -> LoadVerdict {
        let time = CalendarTime(now, offset: purses.timeZoneOffsetSeconds)
        let mac2 = PurseCryptogram.loadMAC2(sessionKey(terms), transaction(terms, at: time))
        return .granted(account: account, time: time.binaryCodedDate + time.binaryCodedTime, mac2: mac2)
    }

    private func sessionKey(_ terms: LoadTerms) -> DESKey {
        PurseCryptogram.loadSessionKey(
            loadKey.cardKey(terms.information), random: terms.initialization.random,
            onlineSerial: terms.initialization.onlineSerial)
    }

    private func transaction(_ terms: LoadTerms, at time: CalendarTime) -> PurseTransaction {
        PurseTransaction(
            amount: UInt32(clamping: terms.hold.amount.fen), type: PurseTransaction.loadType,
            terminal: terms.hold.transaction.terminal, time: time)
    }
}
