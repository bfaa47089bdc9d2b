import Payments
import SmartCards

/// A purse master key with the way from it to a card's key. Nothing that prints it shows a byte.
struct PurseKey: Sendable {
    let master: DESKey
    /// The card's own first.
    let factors: [DiversificationFactor]

    /// The key of one card.
    func cardKey(_ information: PublicInformation) -> DESKey {
        master.diversified(through: factors.map { $0.bytes(for: information) })
    }
}

/// The hub's rules about purses, with the keys that they need.
package struct PurseRules: Sendable {
    let tacKey: PurseKey?
    let loadKey: PurseKey?
    let balanceMaximum: Amount
    let loadMaximum: Amount
    let missingAfter: Duration
    /// Cards log local time.
    let timeZoneOffsetSeconds: Int64

    /// The standard limits, and no keys.
    package static let keyless = PurseRules(PurseSettings(), tacKey: nil, loadKey: nil, timeZoneOffsetSeconds: 28_800)

    private init(_ settings: PurseSettings, tacKey: PurseKey?, loadKey: PurseKey?, timeZoneOffsetSeconds: Int64) {
        self.tacKey = tacKey
        self.loadKey = loadKey
        balanceMaximum = settings.balanceMaximum
        loadMaximum = settings.loadMaximum
        missingAfter = settings.missingAfter
        self.timeZoneOffsetSeconds = timeZoneOffsetSeconds
    }

    /// Reads the key files.
    ///
    /// - Throws: ``PurseKeyError``.
    package init(reading settings: PurseSettings, timeZoneOffsetSeconds: Int64) throws(PurseKeyError) {
        var tacKey: PurseKey?
        var loadKey: PurseKey?
        if let key = settings.tacKey { tacKey = try PurseKeyFile.load(key) }
        if let key = settings.loadKey { loadKey = try PurseKeyFile.load(key) }
        self.init(settings, tacKey: tacKey, loadKey: loadKey, timeZoneOffsetSeconds: timeZoneOffsetSeconds)
    }
}
