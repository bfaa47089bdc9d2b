import Payments
import Simulation
import SmartCards

/// A DESFire card with the fuzzers' key, just deep enough to lead a tap to its commit. It proves nothing about cards.
struct FuzzDESFireCard: VirtualCard {
    var value: Int32 = 10_000
    var records: [[UInt8]] = []
    private let random = [UInt8](32..<48)
    private let identifier: [UInt8] = [9, 8, 7, 6]
    private var keys: DESFireSessionKeys?
    private var counter: UInt16 = 0
    private var pendingDebit: Int32 = 0
    private var pendingRecord: [UInt8]?

    /// One historical byte, as PC/SC readers make it up for a DESFire card.
    var answerToReset: [UInt8] { [0x3B, 0x81, 0x80, 0x01, 0x80, 0x80] }

    mutating func powerOn() { forget() }

    mutating func reset() { forget() }

    mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        do throws(CardDataError) {
            return respond(try CommandAPDU(decoding: command))
        } catch {
            return [0x91, 0x7E]
        }
    }

    private mutating func forget() { (keys, counter, pendingDebit, pendingRecord) = (nil, 0, 0, nil) }

    private mutating func respond(_ command: CommandAPDU) -> [UInt8] {
        guard command.classByte == 0x90 else { return [0x6E, 0x00] }
        switch command.instruction {
        case 0x5A:
            forget()
            return [0x91, 0x00]
        case 0x71: return AES128(key: FuzzCampus.aesKey).encrypt(block: random) + [0x91, 0xAF]
        case 0xAF: return authenticated(command.data)
        case 0xAD: return protected([1, 2, 3, 4, 5, 6, 7, 8])
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
            return protected([5, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], isFull: false)
        default: return [0x91, 0x1C]
        }
    }

    private mutating func authenticated(_ data: [UInt8]) -> [UInt8] {
        guard data.count == 32 else { return [0x91, 0x7E] }
        let cipher = AES128(key: FuzzCampus.aesKey)
        let plain = cipher.decryptCBC(data)
        guard Array(plain[16...]) == Array(random[1...]) + random[..<1] else { return [0x91, 0xAE] }
        keys = DESFireSessionKeys(
            key: FuzzCampus.aesKey, terminalRandom: Array(plain[..<16]), cardRandom: random)
        counter = 0
        let proof = identifier + Array(plain[1..<16]) + plain[..<1]
        return cipher.encryptCBC(proof + [UInt8](repeating: 0, count: 12)) + [0x91, 0x00]
    }

    /// The data of an encrypted command, without its padding.
    private func opened(_ command: CommandAPDU, header: Int) -> [UInt8] {
        guard let keys, command.data.count >= header + 24 else { return [] }
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
