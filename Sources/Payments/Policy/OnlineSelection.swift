/// Random online selection: a share of the sales that the terminal could decide alone must reach the hub, so that a
/// card made to live offline is found (EMV terminal risk management, random transaction selection).
package struct OnlineSelection: Sendable, Hashable {
    /// Share of the sales that are selected, in thousandths.
    package var perMille: Int
    /// What becomes of a selected sale while the hub cannot be reached: `true` lets it pass under the other rules,
    /// `false` declines it.
    package var permitsUnreachable: Bool

    package init(perMille: Int, permitsUnreachable: Bool) {
        self.perMille = perMille
        self.permitsUnreachable = permitsUnreachable
    }

    /// Whether the sale is selected. The draw is fixed by the seed, the account and how often it paid alone: trying
    /// again draws no other lot.
    ///
    /// - Parameter seed: random, and the same for the life of the process.
    package func selects(account: AccountID?, count: Int, seed: UInt64) -> Bool {
        let subject = seed ^ (account?.number ?? 0) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(count)
        return Int(Self.mixed(subject) % 1000) < perMille
    }

    /// The output function of SplitMix64 (Steele, Lea, Flood 2014).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// Declines a selected sale while the hub cannot be reached, where the campus wants that.
struct OnlineSelectionRule: OfflineRule {
    let selection: OnlineSelection

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        guard selection.perMille > 0, !selection.permitsUnreachable else { return nil }
        let isSelected = selection.selects(
            account: view.account?.id, count: view.cardOffline.count, seed: request.selectionSeed)
        return isSelected ? .selectedForHub : nil
    }
}

/// Refuses when the oldest unsent offline sale has waited longer than the campus accepts.
struct UnsentAgeRule: OfflineRule {
    let maximum: Duration

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        guard let oldest = view.oldestUnsentOffline else { return nil }
        return now.since(oldest) > maximum ? .unsentTooOld : nil
    }
}
