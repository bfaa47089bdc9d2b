import SmartCards

/// The card's side of a session: checks and opens commands, protects answers.
struct DESFireCardSession {
    private enum State {
        /// One vector runs through all messages.
        case ev1(AESKey, vector: [UInt8])
        /// Keys for encryption and for codes.
        case ev2(AESKey, AESKey, identifier: [UInt8], counter: UInt16)
    }

    let keyNumber: UInt8
    private var state: State

    init(keyNumber: UInt8, ev1 key: AESKey) {
        self.keyNumber = keyNumber
        state = .ev1(key, vector: [UInt8](repeating: 0, count: 16))
    }

    init(keyNumber: UInt8, ev2 keys: (AESKey, AESKey), identifier: [UInt8], counter: UInt16) {
        self.keyNumber = keyNumber
        state = .ev2(keys.0, keys.1, identifier: identifier, counter: counter)
    }

    var isEV2: Bool { position != nil }

    /// Transaction identifier and counter of an EV2 session.
    var position: (identifier: [UInt8], counter: UInt16)? {
        if case .ev2(_, _, let identifier, let counter) = state { (identifier, counter) } else { nil }
    }

    /// How long the body of a command is: `header` bytes, `count` bytes of data, protection.
    func bodyLength(header: Int, count: Int, mode: UInt8) -> Int {
        switch (state, mode) {
        case (.ev1, 0x03) where count > 0: header + (count + 4 + 15) / 16 * 16
        case (.ev1, 0x01) where count > 0: header + count + 8
        case (.ev1, _): header + count
        case (.ev2, 0x03): header + (count > 0 ? (count / 16 + 1) * 16 : 0) + 8
        case (.ev2, 0x01): header + count + 8
        case (.ev2, _): header + count
        }
    }

    /// Header and plain data of a command.
    mutating func open(
        _ instruction: UInt8, _ body: [UInt8], header: Int, count: Int, mode: UInt8
    ) throws(DESFireCardRefusal) -> (header: [UInt8], data: [UInt8]) {
        guard body.count == bodyLength(header: header, count: count, mode: mode) else { throw .length }
        let head = Array(body[..<header])
        switch state {
        case .ev1(let key, let vector):
            let (data, next) = try Self.openEV1(key, vector, instruction, head, Array(body[header...]), count, mode)
            state = .ev1(key, vector: next)
            return (head, data)
        case .ev2(let encryption, let authentication, let identifier, let counter):
            guard mode != 0x00 else { return (head, Array(body[header...])) }
            let position = [UInt8(truncatingIfNeeded: counter), UInt8(counter >> 8)] + identifier
            let signed = Array(body.dropLast(8))
            guard
                Array(body.suffix(8))
                    == Self.odd(AESCMAC.compute([instruction] + position + signed, key: authentication))
            else { throw .integrity }
            let data = Array(signed[header...])
            guard mode == 0x03, !data.isEmpty else { return (head, data) }
            let start = AES128(key: encryption).encrypt(block: Self.start([0xA5, 0x5A], identifier, counter))
            let plain = AES128(key: encryption).decryptCBC(data, initialVector: start)
            guard plain[count] == 0x80, plain[(count + 1)...].allSatisfy({ $0 == 0 }) else { throw .integrity }
            return (head, Array(plain[..<count]))
        }
    }

    /// The answer of a command that succeeded, without its status.
    mutating func protect(_ data: [UInt8], mode: UInt8) -> [UInt8] {
        switch state {
        case .ev1(let key, let vector):
            if mode == 0x03, !data.isEmpty {
                var plain = data + Self.checksum(data + [0x00])
                while plain.count % 16 != 0 { plain.append(0) }
                let encrypted = AES128(key: key).encryptCBC(plain, initialVector: vector)
                state = .ev1(key, vector: Array(encrypted.suffix(16)))
                return encrypted
            }
            let code = AESCMAC.compute(data + [0x00], key: key, initialVector: vector)
            state = .ev1(key, vector: code)
            return data + code[..<8]
        case .ev2(let encryption, let authentication, let identifier, let counter):
            let next = counter + 1
            state = .ev2(encryption, authentication, identifier: identifier, counter: next)
            guard mode != 0x00 else { return data }
            var body = data
            if mode == 0x03, !data.isEmpty {
                body.append(0x80)
                while body.count % 16 != 0 { body.append(0) }
                let start = AES128(key: encryption).encrypt(block: Self.start([0x5A, 0xA5], identifier, next))
                body = AES128(key: encryption).encryptCBC(body, initialVector: start)
            }
            let position = [UInt8(truncatingIfNeeded: next), UInt8(next >> 8)] + identifier
            return body + Self.odd(AESCMAC.compute([0x00] + position + body, key: authentication))
        }
    }

    private static func openEV1(
        _ key: AESKey, _ vector: [UInt8], _ instruction: UInt8, _ header: [UInt8], _ rest: [UInt8], _ count: Int,
        _ mode: UInt8
    ) throws(DESFireCardRefusal) -> (data: [UInt8], vector: [UInt8]) {
        if mode == 0x03, count > 0 {
            let plain = AES128(key: key).decryptCBC(rest, initialVector: vector)
            let data = Array(plain[..<count])
            guard Array(plain[count..<count + 4]) == checksum([instruction] + header + data),
                plain[(count + 4)...].allSatisfy({ $0 == 0 })
            else { throw .integrity }
            return (data, Array(rest.suffix(16)))
        }
        let data = Array(rest[..<count])
        let code = AESCMAC.compute([instruction] + header + data, key: key, initialVector: vector)
        guard rest.count == count || Array(rest[count...]) == Array(code[..<8]) else { throw .integrity }
        return (data, code)
    }

    private static func start(_ label: [UInt8], _ identifier: [UInt8], _ counter: UInt16) -> [UInt8] {
        label + identifier + [UInt8(truncatingIfNeeded: counter), UInt8(counter >> 8)]
            + [UInt8](repeating: 0, count: 8)
    }

    private static func odd(_ code: [UInt8]) -> [UInt8] { (0..<8).map { code[2 * $0 + 1] } }

    /// The checksum of EV1, bit by bit with the polynomial the other way round than the terminal computes it: most
    /// significant bit first over mirrored bytes.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var register: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            for bit in 0..<8 {
                let isSet = (register >> 31 == 1) != (byte >> bit & 1 == 1)
                register <<= 1
                if isSet { register ^= 0x04C1_1DB7 }
            }
        }
        var mirrored: UInt32 = 0
        for bit in 0..<32 where register >> bit & 1 == 1 { mirrored |= 1 << (31 - bit) }
        return (0..<4).map { UInt8(truncatingIfNeeded: mirrored >> ($0 * 8)) }
    }
}
