import SmartCards

/// The first half of an authentication, as the card remembers it.
struct DESFireCardAuthentication {
    enum Method {
        case aes
        case ev2First
        case ev2NonFirst
    }

    let method: Method
    let keyNumber: UInt8
    let key: AESKey
    /// RndB.
    let random: [UInt8]
    /// RndB encrypted, as it was sent.
    let sent: [UInt8]
    /// The session in which the authentication was asked for.
    let previous: DESFireCardSession?
}

extension SimulatedDESFireCard {
    mutating func challenge(
        _ method: DESFireCardAuthentication.Method, _ body: [UInt8]
    ) throws(DESFireCardRefusal) -> [UInt8] {
        let previous = session
        abort()
        guard isSelected, memory.generation != .ev1 || method == .aes else { throw .illegalCommand }
        // EV2First: how many bytes of capabilities follow.
        guard body.count == (method == .ev2First ? 2 : 1), method != .ev2First || body[1] == 0 else { throw .length }
        guard let key = memory.keys[body[0]] else { throw .noSuchKey }
        if method == .ev2NonFirst {
            guard let previous, previous.isEV2 else { throw .permission }
        }
        let random = draw(16)
        let sent = AES128(key: key).encrypt(block: random)
        continuation = .proof(
            DESFireCardAuthentication(
                method: method, keyNumber: body[0], key: key, random: random, sent: sent, previous: previous))
        return sent + [0x91, 0xAF]
    }

    mutating func prove(
        _ authentication: DESFireCardAuthentication, _ data: [UInt8]
    ) throws(DESFireCardRefusal) -> [UInt8] {
        guard data.count == 32 else { throw .length }
        let cipher = AES128(key: authentication.key)
        let isChained = authentication.method == .aes
        let plain = cipher.decryptCBC(
            data, initialVector: isChained ? authentication.sent : [UInt8](repeating: 0, count: 16))
        let (theirs, ours) = (Array(plain[..<16]), authentication.random)
        guard Array(plain[16...]) == Array(ours[1...]) + [ours[0]] else { throw .authentication }
        let rotated = Array(theirs[1...]) + [theirs[0]]
        switch authentication.method {
        case .aes:
            let mixed = theirs[0..<4] + ours[0..<4] + theirs[12...] + ours[12...]
            session = DESFireCardSession(keyNumber: authentication.keyNumber, ev1: try Self.key(Array(mixed)))
            return cipher.encryptCBC(rotated, initialVector: Array(data[16...])) + [0x91, 0x00]
        case .ev2First:
            let keys = try Self.sessionKeys(authentication.key, theirs, ours)
            let identifier = draw(4)
            session = DESFireCardSession(
                keyNumber: authentication.keyNumber, ev2: keys, identifier: identifier, counter: 0)
            // The capabilities of both sides, 6 bytes each.
            return cipher.encryptCBC(identifier + rotated + [UInt8](repeating: 0, count: 12)) + [0x91, 0x00]
        case .ev2NonFirst:
            let keys = try Self.sessionKeys(authentication.key, theirs, ours)
            guard let (identifier, counter) = authentication.previous?.position else { throw .authentication }
            session = DESFireCardSession(
                keyNumber: authentication.keyNumber, ev2: keys, identifier: identifier, counter: counter)
            return cipher.encrypt(block: rotated) + [0x91, 0x00]
        }
    }

    /// Both keys of an EV2 session: for encryption and for codes.
    private static func sessionKeys(
        _ key: AESKey, _ terminal: [UInt8], _ card: [UInt8]
    ) throws(DESFireCardRefusal) -> (AESKey, AESKey) {
        var vector: [UInt8] = [0x00, 0x00, 0x00, 0x01, 0x00, 0x80] + terminal[0..<2]
        for index in 0..<6 { vector.append(terminal[index + 2] ^ card[index]) }
        vector += card[6...] + terminal[8...]
        (vector[0], vector[1]) = (0xA5, 0x5A)
        let encryption = try self.key(AESCMAC.compute(vector, key: key))
        (vector[0], vector[1]) = (0x5A, 0xA5)
        return (encryption, try self.key(AESCMAC.compute(vector, key: key)))
    }

    static func key(_ bytes: [UInt8]) throws(DESFireCardRefusal) -> AESKey {
        guard let key = AESKey(bytes) else { throw .memory }
        return key
    }
}
