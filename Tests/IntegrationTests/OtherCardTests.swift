import ControlClient
import ControlProtocol
import Lab
import Payments
import Simulation
import SmartCards
import TestSupport
import Testing

extension Integration {
    /// Cards that are no purse cards, on the real line: configuration, credentials, pcscd, daemon, hub.
    @Suite struct OtherCardTests {
        private static let key = "00112233445566778899AABBCCDDEEFF"
        private static let start: Int32 = 10_000

        private static func desfireProfile(_ paths: LabPaths) throws -> String {
            let file = paths.folder + "/desfire-key"
            try paths.writePrivate(key + "\n", to: file)
            return """
                  - kind: desfire
                    name: value-card
                    application: "F54230"
                    key: {number: 1, secret_credential: desfire-key, secret_file: "\(file)", diversification: [uid]}
                    identity: {file: 1, communication: full, length: 10}
                    purse:
                      value_file: {number: 2, communication: full}
                      record_file: {number: 3, communication: full}
                    tender: purse
                """
        }

        private static func desfireCard() throws -> SimulatedDESFireCard {
            let uid: [UInt8] = [0x04, 0x78, 0x2E, 0x21, 0x80, 0x1D, 0x80]
            let application = try #require(DESFireApplicationID(0xF5_4230))
            let master = try #require(Hex.decode(key).flatMap { AESKey($0) })
            let source = DESFireKey.diversified(master: master, by: [.uid])
            let identity: [UInt8] = [0x20, 0x26, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0x00, 0x42]
            func file(_ content: DESFireCardFile.Content) -> DESFireCardFile {
                DESFireCardFile(content, communication: 3, readKey: 1, writeKey: 1, readWriteKey: 1)
            }
            let memory = DESFireCardMemory(
                generation: .ev2, uid: uid, application: application.bytes,
                keys: [1: source.key(uid: uid, application: application)],
                files: [
                    1: file(.data(identity + [UInt8](repeating: 0, count: 22))),
                    2: file(.value(start, lowerLimit: 0, upperLimit: 100_000)),
                    3: file(.records([], length: 16, places: 8)),
                ])
            return SimulatedDESFireCard(memory: memory, random: SeededGenerator(seed: 3))
        }

        private static func value(_ peer: VirtualCardPeer) -> Int32? {
            peer.withCard { card in
                guard let file = (card as? SimulatedDESFireCard)?.memory.files[2],
                    case .value(let value, _, _) = file.content
                else { return nil }
                return value
            }
        }

        @Test(
            "promise 7: a DESFire card pays from its value file, and a torn commit debits once when it comes again",
            .timeLimit(.minutes(15)))
        func desfire() async throws {
            try await withCampus(profiles: Self.desfireProfile) { campus in
                let peer = VirtualCardPeer(
                    card: try Self.desfireCard(), port: campus.pcscd.port, patience: .seconds(2))
                let first = try await campus.tap(peer, amount: Amount(fen: 125))
                #expect(first.state == .approved, "\(first)")
                #expect(first.availableFen == 9875)
                #expect(Self.value(peer) == 9875)
                let commit = peer.exchanges
                var paid: Int32 = 125
                for exchange in [commit - 2, commit - 1, commit] {
                    for effect in [VirtualCardFault.Effect.leaveBeforeHandling, .leaveAfterHandling] {
                        peer.plan([VirtualCardFault(at: exchange, effect)])
                        let sale = try await OpenSale(campus, fen: 125)
                        try await campus.present(peer)
                        try await eventually("the card has left") { !peer.isInserted }
                        peer.plan([])
                        var ended: SaleMessage?
                        try await eventually(within: .seconds(120), "exchange \(exchange), \(effect) ends") {
                            if !peer.isInserted { try await campus.present(peer) }
                            let now = try await sale.now()
                            if now.state != .open { ended = now } else if now.problem != nil { await peer.remove() }
                            return ended != nil
                        }
                        await peer.remove()
                        paid += 125
                        #expect(
                            ended?.state == .approved, "exchange \(exchange), \(effect): \(String(describing: ended))")
                        #expect(Self.value(peer) == Self.start - paid, "exchange \(exchange), \(effect)")
                    }
                }
                try await campus.requireAgreement()
            }
        }

        @Test(
            "a MIFARE Classic card is known by the number in its sector, and its account pays", .timeLimit(.minutes(15))
        )
        func classic() async throws {
            let profile = { (paths: LabPaths) throws -> String in
                let file = paths.folder + "/classic-key"
                try paths.writePrivate("A0A1A2A3A4A5\n", to: file)
                return """
                      - kind: mifare_classic
                        name: old-card
                        identity:
                          block: 4
                          offset: 0
                          length: 8
                          encoding: binary
                          key: {kind: a, secret_credential: classic-key, secret_file: "\(file)"}
                    """
            }
            try await withCampus(
                profiles: profile, extra: "offline: {unproven_cards: true}"
            ) { campus in
                let number: [UInt8] = [0x20, 0x26, 0x01, 0x00, 0x01, 0x02, 0x03, 0x04]
                var chip = SimulatedClassicChip(identifier: [0x04, 0x11, 0x22, 0x33])
                chip.personalise(block: 4, number + [UInt8](repeating: 0, count: 8))
                chip.personalise(
                    sector: 1, keyA: [0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5], keyB: [UInt8](repeating: 0xFF, count: 6),
                    accessBytes: [0xFF, 0x07, 0x80])
                let account = "2026010005"
                try await campus.hub.createAccount(account, name: "Student")
                try await campus.hub.topUp(account, amount: "10.00")
                try await campus.hub.issueCard(.purse(applicationSerial: [0, 0] + number), account: account)
                try await campus.level()
                let peer = VirtualCardPeer(
                    card: SimulatedClassicCard(chip: chip, dialect: nil), port: campus.pcscd.port, patience: .seconds(2)
                )
                let sale = try await campus.tap(peer, amount: Amount(fen: 125))
                #expect(sale.state == .approved, "\(sale)")
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(account).balanceFen == 875)
            }
        }
    }
}
