import Payments

/// The beginning of every dialogue with a DESFire card: select the application, learn version and real UID as far as
/// the profile needs them, and open a session.
///
/// The UID of GetVersion is only a claim: a key that is diversified by it proves it, otherwise GetCardUID asks again
/// inside the session.
struct DESFireOpening: CardMachine {
    enum Outcome: Sendable, Equatable {
        case opened(DESFireCard)
        case failed(DESFireFailure)
    }

    typealias Result = Outcome
    typealias Action = CardAction<Outcome>

    private enum State {
        /// → selecting
        case idle
        /// → asking, drawing, finished
        case selecting(DESFireExchange)
        /// → drawing, finished
        case asking(DESFireExchange)
        /// → authenticating
        case drawing(DESFireProfile.Key)
        /// → readingUID, finished
        case authenticating(DESFireAuthentication)
        /// → drawing, finished
        case readingUID(DESFireExchange)
        case finished
    }

    private let profile: DESFireProfile
    private var messaging: DESFireMessaging
    private var uid: [UInt8]?
    /// Whether a session or a key has vouched for the UID.
    private var isUIDProven = false
    private var isUnderUIDKey = false
    private var channel: DESFireChannel?
    private var state = State.idle

    init(profile: DESFireProfile) {
        self.profile = profile
        if case .exactly(let rule) = profile.messaging { messaging = rule } else { messaging = .ev1 }
    }

    mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started):
            let exchange = DESFireExchange(.selectApplication(profile.application))
            state = .selecting(exchange)
            return .transmit(exchange.first)
        case (.selecting(let exchange), .cardAnswered(let bytes)):
            return take(bytes, exchange, .select, { .selecting($0) }, then: { $0.selected($1) })
        case (.asking(let exchange), .cardAnswered(let bytes)):
            return take(bytes, exchange, .getVersion, { .asking($0) }, then: { $0.told($1) })
        case (.drawing(let key), .random(let bytes)): return authenticate(key, bytes)
        case (.authenticating(let authentication), .cardAnswered(let bytes)):
            return advance(authentication, .cardAnswered(bytes))
        case (.readingUID(let exchange), .cardAnswered(let bytes)):
            return take(bytes, exchange, .getUID, { .readingUID($0) }, then: { $0.toldUID($1) })
        case (.selecting, .cardFailed): return fail(.communicationFailed(.select))
        case (.asking, .cardFailed): return fail(.communicationFailed(.getVersion))
        case (.authenticating, .cardFailed): return fail(.communicationFailed(.authenticate))
        case (.readingUID, .cardFailed): return fail(.communicationFailed(.getUID))
        default: fatalError("a DESFire event came that no action asked for")
        }
    }

    private mutating func selected(_ answer: DESFireAnswer) -> Action {
        guard answer.status == .success else {
            return fail(answer.status == .applicationNotFound ? .notThisProfile : .cardFault(answer.status, .select))
        }
        guard profile.messaging == .bestOfCard || profile.key.source.needsUID else { return draw(profile.key) }
        let exchange = DESFireExchange(.getVersion)
        state = .asking(exchange)
        return .transmit(exchange.first)
    }

    private mutating func told(_ answer: DESFireAnswer) -> Action {
        guard answer.status == .success else { return fail(.cardFault(answer.status, .getVersion)) }
        let version: DESFireVersion
        do throws(DESFireError) { version = try DESFireVersion(decoding: answer.data) } catch {
            return fail(error, at: .getVersion)
        }
        guard let best = version.messaging, best >= messaging else { return fail(.messagingNotSupported(version)) }
        if profile.messaging == .bestOfCard { messaging = best }
        uid = version.shownUID
        guard profile.key.source.needsUID, uid == nil else { return draw(profile.key) }
        guard let uidKey = profile.uidKey else { return fail(.uidHidden) }
        isUnderUIDKey = true
        return draw(uidKey)
    }

    private mutating func draw(_ key: DESFireProfile.Key) -> Action {
        state = .drawing(key)
        return .drawRandom(count: 16)
    }

    private mutating func authenticate(_ key: DESFireProfile.Key, _ random: [UInt8]) -> Action {
        let method: DESFireAuthentication.Method =
            messaging == .ev1 ? .aes : channel == nil ? .ev2First : .ev2NonFirst
        let authentication = DESFireAuthentication(
            method: method, keyNumber: key.number,
            key: key.source.key(uid: uid, application: profile.application), terminalRandom: random,
            continuing: channel?.ev2Session)
        return advance(authentication, .started)
    }

    private mutating func advance(
        _ authentication: DESFireAuthentication, _ event: DESFireAuthentication.Event
    ) -> Action {
        var authentication = authentication
        switch authentication.receive(event) {
        case .transmit(let command):
            state = .authenticating(authentication)
            return .transmit(command)
        case .openedSession(let session): return opened(DESFireChannel(session))
        case .openedLegacySession(let session): return opened(DESFireChannel(session))
        case .refused(.authenticationError), .refused(.noSuchKey): return fail(.notAuthenticated)
        // Not a word of this card's generation.
        case .refused(.illegalCommand): return fail(.messagingNotSupported(nil))
        case .refused(let status): return fail(.cardFault(status, .authenticate))
        case .failed(let error) where error.code == .authenticationWrong: return fail(.notAuthenticated)
        case .failed(let error): return fail(error, at: .authenticate)
        }
    }

    private mutating func opened(_ channel: DESFireChannel) -> Action {
        self.channel = channel
        if !isUnderUIDKey {
            if profile.key.source.needsUID { isUIDProven = true }
            guard profile.needsUID, !isUIDProven else {
                return finish(.opened(DESFireCard(uid: isUIDProven ? uid : nil, channel: channel)))
            }
        }
        do throws(DESFireError) {
            var sending = channel
            let exchange = try sending.send(.getCardUID)
            self.channel = sending
            state = .readingUID(exchange)
            return .transmit(exchange.first)
        } catch {
            return fail(error, at: .getUID)
        }
    }

    private mutating func toldUID(_ answer: DESFireAnswer) -> Action {
        guard answer.status == .success else { return fail(.cardFault(answer.status, .getUID)) }
        guard var open = channel else { fatalError("GetCardUID was sent without a session") }
        do throws(DESFireError) {
            let read = try DESFireAnswer.exactly(7, try open.open(answer), of: "UID")
            channel = open
            uid = read
            isUIDProven = true
            guard isUnderUIDKey else { return finish(.opened(DESFireCard(uid: read, channel: open))) }
            isUnderUIDKey = false
            return draw(profile.key)
        } catch {
            return fail(error, at: .getUID)
        }
    }

    private mutating func take(
        _ bytes: [UInt8], _ exchange: DESFireExchange, _ step: DESFireStep, _ same: (DESFireExchange) -> State,
        then next: (inout Self, DESFireAnswer) -> Action
    ) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = same(exchange)
            return .transmit(command)
        case .complete(let answer): return next(&self, answer)
        case .malformed(let error) where error.code == .notDESFire && step == .select: return fail(.notThisProfile)
        case .malformed(let error): return fail(error, at: step)
        }
    }

    private mutating func fail(_ error: DESFireError, at step: DESFireStep) -> Action {
        fail(DESFireFailure(error, at: step))
    }

    private mutating func fail(_ failure: DESFireFailure) -> Action { finish(.failed(failure)) }

    private mutating func finish(_ outcome: Outcome) -> Action {
        state = .finished
        return .finish(outcome)
    }
}

/// A card with an open session.
struct DESFireCard: Sendable, Equatable {
    /// The real UID, 7 bytes, vouched for by a key or a session; `nil` where the profile does not need it.
    let uid: [UInt8]?
    var channel: DESFireChannel

    /// Sessions are never compared: two of them are never alike.
    static func == (left: Self, right: Self) -> Bool { left.uid == right.uid }
}
