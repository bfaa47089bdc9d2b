import Foundation
import Payments
import Simulation
import SmartCards

/// The lab's card office: one purchase master key for the campus, and purse cards under it.
package struct LabCards: Sendable {
    package let paths: LabPaths
    private let masterKey: DESKey

    /// Draws the lab's master key, or reads the one that the folder has.
    package init(paths: LabPaths) throws {
        self.paths = paths
        if !FileManager.default.fileExists(atPath: paths.labKey) {
            var generator = SystemRandomNumberGenerator()
            let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            try paths.writePrivate(Hex.encode(bytes) + "\n", to: paths.labKey)
        }
        masterKey = try Self.readKey(paths.labKey)
    }

    /// The key in a file of 32 hexadecimal digits.
    package static func readKey(_ path: String) throws -> DESKey {
        let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let key = DESKey(hex: text), key.isDouble else {
            throw LabError("\(path) does not hold a key of 32 hexadecimal digits")
        }
        return key
    }

    /// A new card with the application serial number `serial` (20 hexadecimal digits), kept in its file.
    ///
    /// - Parameters:
    ///   - purse: what its own purse holds, in fen.
    ///   - personalize: changes what the card holds before it is given out.
    package func issue(
        _ name: String, serial: String, purse: UInt32 = 0, personalize: (inout PurseCardMemory) -> Void = { _ in }
    ) throws -> LabCard {
        let information = try Self.information(serial: serial)
        var memory = PurseCardMemory(
            information: information, identifier: Array(information.applicationSerial.suffix(4)),
            balance: purse)
        personalize(&memory)
        try CardStateFile(path: paths.card(name)).save(memory)
        return try reload(name)
    }

    /// The card as its file holds it now.
    package func reload(_ name: String) throws -> LabCard {
        try LabCard(file: CardStateFile(path: paths.card(name)), masterKey: masterKey)
    }

    /// A PSAM for `terminal` (12 hexadecimal digits) with the campus's purchase key; its memory is kept in a file.
    func secureModule(terminal: String) throws -> SimulatedSecureModuleCard {
        guard let terminal = TerminalID(text: terminal) else { throw LabError("\(terminal) is no terminal number") }
        let file = SecureModuleStateFile(path: paths.card("psam"))
        let memory = SecureModuleCardMemory(terminal: terminal, serial: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        try file.save(memory)
        return SimulatedSecureModuleCard(memory: memory, masterKey: masterKey, file: file)
    }

    /// File 0x15 of a lab card, valid from 2020 to 2049.
    package static func information(serial: String) throws -> PublicInformation {
        guard serial.utf8.count == 20, let bytes = Hex.decode(serial) else {
            throw LabError("an application serial number has 20 hexadecimal digits")
        }
        let issuer: [UInt8] = [0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x00, 0x06]
        let days: [UInt8] = [0x20, 0x20, 0x01, 0x01, 0x20, 0x49, 0x12, 0x31]
        return try PublicInformation(decoding: issuer + [0x03, 0x01] + bytes + days + [0x55, 0x66])
    }
}

/// One purse card of the lab.
package struct LabCard: Sendable {
    package let id: CardID
    package let card: SimulatedPurseCard

    /// The card in `file` under the campus key.
    package init(file: CardStateFile, masterKey: DESKey) throws {
        let memory = try file.load()
        id = memory.information.card
        // The campus checks TACs with a key of its own; the lab derives it from the same master, because nothing here
        // protects money.
        card = SimulatedPurseCard(
            memory: memory,
            keys: PurseCardKeys(
                masterPurchase: masterKey, masterTransactionAuthentication: masterKey, information: memory.information),
            file: file, random: SystemRandomNumberGenerator())
    }
}
