import Payments
import SmartCards

/// A card as the tests need it, by the same authors as the terminal side: it proves plumbing, not conformance.
struct DESFireTestCard {
    var key: AESKey
    var identity: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    var value: Int32 = 1_000
    var records: [[UInt8]] = []
    /// The status that the command with this instruction gets.
    var refusals: [UInt8: UInt8] = [:]
    /// Instructions whose answers are changed in their first byte.
    var forged: Set<UInt8> = []
    private let random: [UInt8] = Array(32..<48)
    private let identifier: [UInt8] = [9, 8, 7, 6]
    private var keys: DESFireSessionKeys?
    private var counter: UInt16 = 0
    private var pendingDebit: Int32 = 0
    private var pendingRecord: [UInt8]?

    init(key: AESKey) { self.key = key }

    mutating func transmit(_ command: CommandAPDU) -> [UInt8] {
        if let status = refusals[command.instruction] { return [0x91, status] }
        var answer = respond(command)
        if forged.contains(command.instruction) { answer[0] ^= 1 }
        return answer
    }

    private mutating func respond(_ command: CommandAPDU) -> [UInt8] {
        let cipher = AES128(key: key)
        switch command.instruction {
        case 0x5A:
            (keys, pendingDebit, pendingRecord) = (nil, 0, nil)
            return [0x91, 0x00]
        case 0x71: return cipher.encrypt(block: random) + [0x91, 0xAF]
        case 0xAF:
            guard command.data.count == 32 else { return [0x91, 0x7E] }
            let plain = cipher.decryptCBC(command.data)
            let terminalRandom = Array(plain[0..<16])
            let rotated: [UInt8] = Array(random[1...]) + [random[0]]
            guard Array(plain[16...]) == rotated else { return [0x91, 0xAE] }
            keys = DESFireSessionKeys(key: key, terminalRandom: terminalRandom, cardRandom: random)
            counter = 0
            let proof: [UInt8] = identifier + Array(terminalRandom[1...]) + [terminalRandom[0]]
            return cipher.encryptCBC(proof + [UInt8](repeating: 0, count: 12)) + [0x91, 0x00]
        case 0xAD: return protected(identity)
        case 0x6C: return protected((0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) })
        case 0xDC:
            pendingDebit = opened(command, header: 1).reversed().reduce(0) { $0 << 8 | Int32($1) }
            return protected([])
        case 0x8B:
            pendingRecord = opened(command, header: 7)
            return protected([])
        case 0xAB: return protected(records.flatMap { $0 })
        case 0xC7:
            value -= pendingDebit
            if let pendingRecord { records.append(pendingRecord) }
            (pendingDebit, pendingRecord) = (0, nil)
            return protected(command.data.count == 9 ? [5, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8] : [], isFull: false)
        default: return [0x91, 0x1C]
        }
    }

    /// The data of an encrypted command, without its padding.
    private func opened(_ command: CommandAPDU, header: Int) -> [UInt8] {
        guard let keys else { return [] }
        let vector = keys.commandVector(transactionIdentifier: identifier, counter: counter)
        let body = Array(command.data.dropFirst(header).dropLast(8))
        let plain = AES128(key: keys.encryption).decryptCBC(body, initialVector: vector)
        return Array(plain.prefix(plain.lastIndex(of: 0x80) ?? 0))
    }

    private mutating func protected(_ data: [UInt8], isFull: Bool = true) -> [UInt8] {
        guard let keys else { return [0x91, 0xAE] }
        counter += 1
        var body = data
        if isFull, !data.isEmpty {
            let vector = keys.answerVector(transactionIdentifier: identifier, counter: counter)
            body += [0x80] + [UInt8](repeating: 0, count: 15 - data.count % 16)
            body = AES128(key: keys.encryption).encryptCBC(body, initialVector: vector)
        }
        let low = UInt8(truncatingIfNeeded: counter)
        return body + AESCMAC.truncated([0, low, 0] + identifier + body, key: keys.authentication) + [0x91, 0x00]
    }
}
