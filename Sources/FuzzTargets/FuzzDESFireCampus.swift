import Payments
import Simulation
import SmartCards

/// The fuzzers' DESFire cards. Files: 1 identity, 2 value, 3 records, 15 transaction MAC.
struct FuzzDESFireCampus {
    private static let application = FuzzCampus.constant(DESFireApplicationID(0xF54230))
    private static let uid: [UInt8] = [0x04, 0x78, 0x2E, 0x21, 0x80, 0x1D, 0x80]
    private static let number: [UInt8] = [0x20, 0x26, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0x00, 0x42]

    private let generation: DESFireCardMemory.Generation
    private let messaging: DESFireMessaging
    private let communication: DESFireCommunication
    private let isProving: Bool
    private let source: DESFireKey

    /// - Parameter variant: its bits choose generation, messaging, mode, key and transaction MAC.
    init(variant: UInt8) {
        let isFirst = variant & 0x01 != 0
        messaging = isFirst ? .ev1 : .ev2
        generation = variant & 0x02 == 0 ? .ev2 : isFirst ? .ev1 : .ev3
        communication = variant & 0x04 == 0 ? .full : .mac
        isProving = !isFirst && variant & 0x08 != 0
        source =
            variant & 0x10 == 0
            ? .fixed(FuzzCampus.aesKey) : .diversified(master: FuzzCampus.aesKey, by: [.uid, .application])
    }

    func profile(_ tender: Tender) -> DESFireProfile {
        let file = { DESFireProfile.File(number: $0, communication: communication) }
        return DESFireProfile(
            name: "campus", application: Self.application, key: DESFireProfile.Key(number: 1, source: source),
            messaging: .exactly(messaging), identity: .file(file(1), length: 10),
            purse: DESFireProfile.Purse(
                valueFile: file(2), recordFile: file(3),
                transactionMACFile: isProving ? DESFireProfile.File(number: 15, communication: .mac) : nil),
            tender: tender)
    }

    /// A card with ¥100.00.
    func card() -> SimulatedDESFireCard {
        let mode: UInt8 = communication == .full ? 0x03 : 0x01
        let file = { (content: DESFireCardFile.Content) in
            DESFireCardFile(content, communication: mode, readKey: 1, writeKey: 1, readWriteKey: 1)
        }
        var memory = DESFireCardMemory(
            generation: generation, uid: Self.uid, application: Self.application.bytes,
            keys: [1: source.key(uid: Self.uid, application: Self.application)],
            files: [
                1: file(.data(Self.number + [UInt8](repeating: 0, count: 22))),
                2: file(.value(10_000, lowerLimit: 0, upperLimit: 100_000)),
                3: file(.records([[UInt8](repeating: 1, count: 16)], length: 16, places: 8)),
            ])
        if isProving {
            memory.transactionMAC = DESFireCardTransactionMAC(file: 15, key: FuzzCampus.aesKey, readKey: 1)
        }
        return SimulatedDESFireCard(memory: memory, random: FuzzRandom())
    }

    static func value(of card: SimulatedDESFireCard) -> Int64? {
        guard case .value(let value, _, _) = card.memory.files[2]?.content else { return nil }
        return Int64(value)
    }
}
