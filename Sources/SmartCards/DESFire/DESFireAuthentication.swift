import Payments

/// Mutual authentication with an AES key, in two exchanges.
///
/// EV2First and EV2NonFirst are checked against published vectors, AA against the recording of a physical card and
/// against libfreefare.
package struct DESFireAuthentication: Sendable {
    /// Which command opens it.
    package enum Method: Sendable, Hashable, CaseIterable {
        /// AuthenticateEV2First (71), cards from EV2 on.
        case ev2First
        /// AuthenticateEV2NonFirst (77): another key inside a session, whose identifier and counter go on.
        case ev2NonFirst
        /// AuthenticateAES (AA), cards from EV1 on.
        case aes
    }

    /// What the driver reports.
    package enum Event: Sendable {
        case started
        /// The card's bytes as they came, of any length.
        case cardAnswered([UInt8])
    }

    /// What the driver does next. Whatever is not `transmit` ends the machine.
    package enum Action: Sendable {
        case transmit(CommandAPDU)
        /// The card holds the key; an EV2 session is open.
        case openedSession(DESFireSession)
        /// The card holds the key; an EV1 session is open.
        case openedLegacySession(DESFireEV1Session)
        /// The card refused with a status.
        case refused(DESFireStatus)
        /// The card's answer is malformed, or shows that it does not hold the key.
        case failed(DESFireError)
    }

    private enum State {
        /// → challenging
        case idle
        /// → proving, finished
        case challenging
        /// → finished
        case proving(cardRandom: [UInt8], sent: [UInt8])
        case finished
    }

    private let method: Method
    private let keyNumber: UInt8
    private let cipher: AES128
    private let key: AESKey
    private let terminalRandom: [UInt8]
    private let current: DESFireSession?
    private var state = State.idle

    /// - Parameters:
    ///   - keyNumber: of the application, 0 to 13.
    ///   - terminalRandom: RndA, 16 bytes that nobody can foresee, never used before.
    ///   - current: the session that EV2NonFirst goes on with; `nil` for the other methods.
    package init(
        method: Method, keyNumber: UInt8, key: AESKey, terminalRandom: [UInt8],
        continuing current: DESFireSession? = nil
    ) {
        invariant((method == .ev2NonFirst) == (current != nil), "EV2NonFirst, and no other, goes on with a session")
        invariant(terminalRandom.count == 16, "RndA has 16 bytes")
        invariant(keyNumber <= 13, "an application has at most 14 keys")
        self.method = method
        self.keyNumber = keyNumber
        self.key = key
        cipher = AES128(key: key)
        self.terminalRandom = terminalRandom
        self.current = current
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: Event) -> Action {
        switch (state, event) {
        case (.idle, .started):
            state = .challenging
            return .transmit(opening)
        case (.challenging, .cardAnswered(let bytes)):
            return answered(bytes, wanting: .additionalFrame) { $0.prove($1) }
        case (.proving(let cardRandom, let sent), .cardAnswered(let bytes)):
            return answered(bytes, wanting: .success) { $0.conclude($1, cardRandom, sent) }
        default: fatalError("an authentication event came that no action asked for")
        }
    }

    private var opening: CommandAPDU {
        switch method {
        // The second byte: no capabilities of this terminal follow.
        case .ev2First: DESFireExchange.wrapped(0x71, [keyNumber, 0x00])
        case .ev2NonFirst: DESFireExchange.wrapped(0x77, [keyNumber])
        case .aes: DESFireExchange.wrapped(0xAA, [keyNumber])
        }
    }

    private mutating func answered(
        _ bytes: [UInt8], wanting status: DESFireStatus, then next: (inout Self, [UInt8]) -> Action
    ) -> Action {
        state = .finished
        do throws(DESFireError) {
            let answer = try DESFireAnswer(decoding: bytes)
            guard answer.status == status else {
                let isRefusal = answer.status != .success && answer.status != .additionalFrame
                return isRefusal ? .refused(answer.status) : .failed(DESFireError(.answerLength))
            }
            return next(&self, answer.data)
        } catch {
            return .failed(error)
        }
    }

    /// RndA and the rotated RndB go back, encrypted.
    private mutating func prove(_ data: [UInt8]) -> Action {
        guard data.count == 16 else { return .failed(lengthError(data, 16)) }
        let cardRandom = cipher.decrypt(block: data)
        // EV1 chains the messages of both sides; EV2 starts each with zeros.
        let vector = method == .aes ? data : AES128.zeroVector
        let sent = cipher.encryptCBC(terminalRandom + Self.rotated(cardRandom), initialVector: vector)
        state = .proving(cardRandom: cardRandom, sent: sent)
        return .transmit(DESFireExchange.wrapped(DESFireStatus.additionalFrame.rawValue, sent))
    }

    private func conclude(_ data: [UInt8], _ cardRandom: [UInt8], _ sent: [UInt8]) -> Action {
        switch method {
        case .ev2First:
            // TI 4, rotated RndA 16, capabilities of the card 6 and of the terminal 6.
            guard data.count == 32 else { return .failed(lengthError(data, 32)) }
            let plain = cipher.decryptCBC(data)
            guard Array(plain[4..<20]) == Self.rotated(terminalRandom) else { return notGenuine }
            let keys = DESFireSessionKeys(key: key, terminalRandom: terminalRandom, cardRandom: cardRandom)
            return .openedSession(DESFireSession(keys: keys, transactionIdentifier: Array(plain[0..<4])))
        case .ev2NonFirst:
            guard data.count == 16, let current else { return .failed(lengthError(data, 16)) }
            guard cipher.decrypt(block: data) == Self.rotated(terminalRandom) else { return notGenuine }
            let keys = DESFireSessionKeys(key: key, terminalRandom: terminalRandom, cardRandom: cardRandom)
            return .openedSession(
                DESFireSession(
                    keys: keys, transactionIdentifier: current.transactionIdentifier, counter: current.counter))
        case .aes:
            guard data.count == 16 else { return .failed(lengthError(data, 16)) }
            let plain = cipher.decryptCBC(data, initialVector: Array(sent.suffix(16)))
            guard plain == Self.rotated(terminalRandom) else { return notGenuine }
            return .openedLegacySession(
                DESFireEV1Session(
                    key: DESFireSessionKeys.legacy(terminalRandom: terminalRandom, cardRandom: cardRandom)))
        }
    }

    private var notGenuine: Action { .failed(DESFireError(.authenticationWrong)) }

    private func lengthError(_ data: [UInt8], _ count: Int) -> DESFireError {
        DESFireError(.answerLength, detail: "authentication: \(data.count) bytes instead of \(count)")
    }

    /// One byte to the left.
    private static func rotated(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.dropFirst() + bytes.prefix(1)) }
}

extension DESFireAuthentication: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The method only: the random numbers make the session keys.
    package var description: String { "DESFire authentication \(method)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
