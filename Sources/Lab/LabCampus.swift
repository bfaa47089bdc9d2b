import ControlProtocol
import Foundation
import Payments
import Simulation

/// A whole line on one machine, of real parts: pcscd with a virtual reader, hub, terminal daemon, a scanner on a
/// pseudo-terminal, and cards.
package final class LabCampus: Sendable {
    package let paths: LabPaths
    package let cards: LabCards
    package let pcscd: PcscdInstance
    package let hub: LabHub
    package let terminal: LabTerminal
    package let scanner: PseudoTerminalScanner
    /// The PSAM, when the terminal uses one: on the second virtual reader.
    package let secureModule: VirtualCardPeer

    package static let terminalID = "000000000001"
    package static let merchant = "canteen-1"

    /// Prepares the lab in an empty folder and starts everything.
    ///
    /// - Parameters:
    ///   - folder: the state folder; what an earlier lab left in it is removed first.
    ///   - programs: the folder of the built programs.
    ///   - readers: the daemon's readers, one lane each; the first lane has the scanner.
    ///   - tender: whose money pays on the campus's cards.
    ///   - usesPSAM: whether the purchase key is in a simulated PSAM in the second virtual reader, not in the daemon.
    ///   - purse: more YAML for the campus's purse profile, see ``LabTerminal``.
    ///   - profiles: YAML of more card profiles, tried after the campus's purse card, as a list; gets the lab's paths.
    ///   - extra: more YAML for the daemon.
    ///   - certificateLifetime: of the terminal's certificate, as in the hub's configuration.
    package init(
        folder: String, programs: String, readers: [String] = [PcscdInstance.readerNames[0]],
        tender: Tender = .account, usesPSAM: Bool = false, purse: String = "",
        profiles: (LabPaths) throws -> String = { _ in "" }, extra: String = "", certificateLifetime: String = "90d"
    ) async throws {
        try Self.clear(folder)
        paths = try LabPaths(folder: folder, programs: programs)
        cards = try LabCards(paths: paths)
        pcscd = try PcscdInstance(folder: paths.pcscdFolder)
        hub = try LabHub(paths: paths, certificateLifetime: certificateLifetime)
        secureModule = VirtualCardPeer(
            card: try cards.secureModule(terminal: Self.terminalID), port: pcscd.port + 1, patience: .seconds(10))
        scanner = try PseudoTerminalScanner(path: paths.scannerDevice)
        terminal = try LabTerminal(
            paths: paths, terminal: Self.terminalID, merchant: Self.merchant, hubPort: hub.port,
            pcscEnvironment: pcscd.environment, readers: readers, tlsPort: hub.tlsPort, tender: tender,
            secureModule: usesPSAM ? .psam(reader: PcscdInstance.readerNames[1]) : .soft,
            purse: purse, profiles: try profiles(paths), extra: extra)
        do {
            try await pcscd.start()
            if usesPSAM { try await secureModule.insert() }
            try await hub.start()
            try await hub.addMerchant(Self.merchant, name: "First Canteen 第一食堂")
            try await hub.registerTerminal(Self.terminalID, name: "Counter 3", merchant: Self.merchant)
            try await terminal.enrol(hub.enrolmentCode(Self.terminalID))
            try await terminal.start()
            try await terminal.wait("terminal and hub level") { $0.hub.reachable }
        } catch {
            await stop()
            throw error
        }
    }

    /// Removes what an earlier lab left, and only that: a folder that holds anything else is refused.
    private static func clear(_ folder: String) throws {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: folder), !names.isEmpty else { return }
        let own: Set = ["pcscd", "hub", "terminal", "cards", "codes", "logs", "hub.yaml", "tilld.yaml", "scanner"]
        guard own.isSuperset(of: names) else {
            throw LabError("\(folder) holds files that are not a lab's; choose another folder")
        }
        for name in names { try manager.removeItem(atPath: "\(folder)/\(name)") }
    }

    /// A card on the virtual reader number `reader`, not yet inserted.
    package func peer(_ card: LabCard, reader: UInt16 = 0) -> VirtualCardPeer {
        VirtualCardPeer(card: card.card, port: pcscd.port + reader, patience: .seconds(2))
    }

    /// Puts the card on its reader, and lifts and puts it down again when the reader missed it, as people do.
    ///
    /// pcscd 1.9.9 misses a card that follows within its 400 ms poll on one whose program died in mid-exchange.
    package func present(_ peer: VirtualCardPeer) async throws {
        for _ in 0..<10 {
            if try await isPowered(peer) { return }
            await peer.remove()
        }
        try await peer.insert()
    }

    /// Apart from its loop, because the compiler (6.3.1, `-O`) crashes on a typed `catch` around `await` in one.
    private func isPowered(_ peer: VirtualCardPeer) async throws -> Bool {
        do throws(VirtualCardPeerError) {
            try await peer.insert()
            return true
        } catch  where error.code == .notPoweredOn {
            return false
        }
    }

    /// Opens an account with money and a card.
    ///
    /// - Parameters:
    ///   - purse: what the card's own purse holds at the start, in fen.
    ///   - personalize: changes the card before it is given out.
    package func enrol(
        _ account: String, name: String, balance: String, serial: String, purse: UInt32 = 0,
        personalize: (inout PurseCardMemory) -> Void = { _ in }
    ) async throws -> LabCard {
        try await hub.createAccount(account, name: name)
        try await hub.topUp(account, amount: balance)
        let card = try cards.issue("card-\(account)", serial: serial, purse: purse, personalize: personalize)
        try await hub.issueCard(card.id, account: account)
        return card
    }

    /// Ends everything; the folder stays for a look.
    package func stop() async {
        await terminal.stop()
        scanner.unplug()
        await secureModule.remove()
        await hub.stop()
        await pcscd.stop()
    }
}
