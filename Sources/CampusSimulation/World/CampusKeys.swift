import Foundation
import Hub
import Payments
import Simulation
import SmartCards

/// The keys of the simulated campus. They protect nothing.
enum CampusKeys {
    private static let purchaseDigits = "00112233445566778899AABBCCDDEEFF"
    private static let tacDigits = "102132435465768798A9BACBDCEDFE0F"

    private static let loadDigits = "5566778899AABBCCDDEEFF0011223344"

    static var purchaseMaster: DESKey { key(purchaseDigits) }

    /// The keys of one card.
    static func keys(of information: PublicInformation) -> PurseCardKeys {
        PurseCardKeys(
            masterPurchase: key(purchaseDigits), masterTransactionAuthentication: key(tacDigits),
            masterLoad: key(loadDigits), information: information)
    }

    /// Puts the hub's copy of the master keys beside its database.
    static func write(into folder: String) throws {
        try write(tacDigits, to: folder + "/tac-key")
        try write(loadDigits, to: folder + "/load-key")
    }

    static func settings(in folder: String) -> PurseSettings {
        PurseSettings(
            tacKey: PurseSettings.Key(path: folder + "/tac-key", factors: [.applicationSerial]),
            loadKey: PurseSettings.Key(path: folder + "/load-key", factors: [.applicationSerial]))
    }

    private static func write(_ digits: String, to path: String) throws {
        try Data((digits + "\n").utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private static func key(_ digits: String) -> DESKey {
        guard let key = DESKey(hex: digits) else { fatalError("a constant of the simulation is a key") }
        return key
    }
}
