import Payments

/// The dialogue with a PSAM: who it is, then purchase after purchase.
///
/// The files with terminal number and serial stand in the master file of some modules and in the application of
/// others; the master file is tried first. Every action except `transmit` ends what its event began. After a failure
/// the module must be activated again; only a wrong MAC2 leaves it ready. A check is transmitted exactly once: neither
/// 61xx nor 6Cxx makes it come again.
package struct SecureModuleMachine: Sendable {
    /// What the driver reports or wants.
    package enum Event: Sendable {
        /// The module was powered up; nothing is selected, nothing is open.
        case activated
        /// Only when ready.
        case initialize(SecureModuleRequest)
        /// Only when open: 4 bytes that the card gave in this session, not all zero.
        case check(mac2: [UInt8])
        /// Only when open: the purchase ends without a check, and the module is not asked.
        case abandoned
        /// The module's bytes as they came, of any length.
        case answered([UInt8])
        /// The exchange failed; whether the module saw the command is not known.
        case exchangeFailed
        /// Only between exchanges: the module was pulled out or reset.
        case lost
    }

    /// What the driver does next.
    package enum Action: Sendable, Equatable {
        case transmit(CommandAPDU)
        case ready(SecureModuleIdentity)
        case opened(SecureModuleAnswer)
        /// `triesLeft` only when MAC2 is wrong and the module says how often it may be wrong again.
        case checked(isRight: Bool, triesLeft: Int?)
        /// After `abandoned` and `lost`.
        case ended
        case failed(SecureModuleFailure)
    }

    private enum Place {
        case masterFile
        case application
    }

    private enum State {
        /// → selectingMasterFile
        case off
        /// → readingTerminal, off
        case selectingMasterFile(CardExchange)
        /// → readingInformation, selectingApplication, off
        case readingTerminal(CardExchange, Place)
        /// → selectingApplication, ready, off
        case readingInformation(CardExchange, Place, TerminalID)
        /// With the identity when it was in the master file. → readingTerminal, ready, off
        case selectingApplication(CardExchange, SecureModuleIdentity?)
        /// → initializing, off
        case ready
        /// → open, off
        case initializing(CardExchange)
        /// → checking, ready, off
        case open
        /// → ready, off
        case checking
    }

    private let profile: SecureModuleProfile
    private let terminal: TerminalID
    private var state = State.off
    /// The highest terminal serial that a module of this terminal has given; `nil` before the first.
    package private(set) var lastTerminalSerial: UInt32?

    /// - Parameters:
    ///   - terminal: the number that the module must have.
    ///   - lastTerminalSerial: what is known from before; a serial that is not above it is refused.
    package init(profile: SecureModuleProfile, terminal: TerminalID, lastTerminalSerial: UInt32?) {
        self.profile = profile
        self.terminal = terminal
        self.lastTerminalSerial = lastTerminalSerial
    }

    /// Whether a purchase can be initialized.
    package var isReady: Bool {
        if case .ready = state { true } else { false }
    }

    /// Whether a purchase is initialized and neither checked nor abandoned.
    package var isOpen: Bool {
        if case .open = state { true } else { false }
    }

    /// An operator accepts another module for this terminal: its serials start anywhere.
    package mutating func forgetTerminalSerial() { lastTerminalSerial = nil }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: Event) -> Action {
        switch (state, event) {
        case (.off, .activated), (.ready, .activated):
            return transmit(GeneralCommand.select(file: Self.masterFile)) { .selectingMasterFile($0) }
        case (.ready, .initialize(let request)):
            return transmit(SecureModuleCommand.initializeForPurchase(request)) { .initializing($0) }
        case (.open, .check(let mac2)):
            invariant(mac2.contains { $0 != 0 }, "a MAC2 of zeros is never checked")
            state = .checking
            return .transmit(SecureModuleCommand.creditForPurchase(mac2: mac2))
        case (.open, .abandoned):
            state = .ready
            return .ended
        case (.off, .lost), (.ready, .lost), (.open, .lost):
            state = .off
            return .ended
        case (_, .exchangeFailed):
            guard let step else { fatalError("an exchange failed that no action asked for") }
            return fail(.noAnswer(step))
        case (_, .answered(let bytes)): return answered(bytes)
        default: fatalError("a secure module event came that no action asked for")
        }
    }

    private static let masterFile: UInt16 = 0x3F00

    /// The step whose answer is awaited.
    private var step: SecureModuleStep? {
        switch state {
        case .off, .ready, .open: nil
        case .selectingMasterFile: .selectMasterFile
        case .readingTerminal: .readTerminalNumber
        case .readingInformation: .readPublicInformation
        case .selectingApplication: .selectApplication
        case .initializing: .initialize
        case .checking: .check
        }
    }

    private mutating func answered(_ bytes: [UInt8]) -> Action {
        switch state {
        case .selectingMasterFile(let exchange):
            // Whatever it says: the reading that follows shows where the module stands.
            return proceed(exchange, bytes, { .selectingMasterFile($0) }) { machine, _ in
                machine.readTerminal(in: .masterFile)
            }
        case .readingTerminal(let exchange, let place):
            return proceed(exchange, bytes, { .readingTerminal($0, place) }) { $0.readTerminal($1, place) }
        case .readingInformation(let exchange, let place, let number):
            return proceed(exchange, bytes, { .readingInformation($0, place, number) }) {
                $0.readInformation($1, place, number)
            }
        case .selectingApplication(let exchange, let identity):
            return proceed(exchange, bytes, { .selectingApplication($0, identity) }) { $0.selected($1, identity) }
        case .initializing(let exchange):
            return proceed(exchange, bytes, { .initializing($0) }) { $0.initialized($1) }
        case .checking: return checked(bytes)
        case .off, .ready, .open: fatalError("a secure module's answer came that no action asked for")
        }
    }

    private mutating func readTerminal(in place: Place) -> Action {
        transmit(SecureModuleCommand.readTerminalNumber) { .readingTerminal($0, place) }
    }

    private mutating func readTerminal(_ answer: ResponseAPDU, _ place: Place) -> Action {
        guard answer.status == .success else {
            guard case .masterFile = place, let command = profile.selectCommand else {
                return refuse(answer.status, at: .readTerminalNumber)
            }
            return transmit(command) { .selectingApplication($0, nil) }
        }
        do throws(CardDataError) {
            let number = try SecureModuleIdentity.terminal(answer)
            guard number == terminal else { return fail(.wrongTerminal(number)) }
            return transmit(SecureModuleCommand.readPublicInformation) { .readingInformation($0, place, number) }
        } catch {
            return fail(.malformedAnswer(error, .readTerminalNumber))
        }
    }

    private mutating func readInformation(_ answer: ResponseAPDU, _ place: Place, _ number: TerminalID) -> Action {
        guard answer.status == .success else { return refuse(answer.status, at: .readPublicInformation) }
        do throws(CardDataError) {
            let identity = try SecureModuleIdentity(terminal: number, information: answer)
            guard case .masterFile = place, let command = profile.selectCommand else { return ready(identity) }
            return transmit(command) { .selectingApplication($0, identity) }
        } catch {
            return fail(.malformedAnswer(error, .readPublicInformation))
        }
    }

    private mutating func selected(_ answer: ResponseAPDU, _ identity: SecureModuleIdentity?) -> Action {
        guard answer.status == .success else { return refuse(answer.status, at: .selectApplication) }
        guard let identity else { return readTerminal(in: .application) }
        return ready(identity)
    }

    private mutating func ready(_ identity: SecureModuleIdentity) -> Action {
        state = .ready
        return .ready(identity)
    }

    private mutating func initialized(_ answer: ResponseAPDU) -> Action {
        guard answer.status == .success else {
            return fail(
                Self.meansLocked(answer.status)
                    ? .locked(answer.status, .initialize) : .refused(answer.status, .initialize))
        }
        do throws(CardDataError) {
            let given = try SecureModuleCommand.decode(answer)
            if let last = lastTerminalSerial, given.terminalSerial <= last {
                return fail(.serialNotAdvancing(last: last, given: given.terminalSerial))
            }
            lastTerminalSerial = given.terminalSerial
            state = .open
            return .opened(given)
        } catch {
            return fail(.malformedAnswer(error, .initialize))
        }
    }

    private mutating func checked(_ bytes: [UInt8]) -> Action {
        do throws(CardDataError) {
            let answer = try ResponseAPDU(decoding: bytes)
            switch answer.status {
            case .success:
                _ = try answer.data(exactly: 0, of: "check of MAC2")
                state = .ready
                return .checked(isRight: true, triesLeft: nil)
            case .cryptogramInvalid, .messageAuthenticationWrong:
                state = .ready
                return .checked(isRight: false, triesLeft: nil)
            case let status where status.triesLeft != nil:
                state = .ready
                return .checked(isRight: false, triesLeft: status.triesLeft)
            case let status where Self.meansLocked(status): return fail(.locked(status, .check))
            default: return fail(.refused(answer.status, .check))
            }
        } catch {
            return fail(.malformedAnswer(error, .check))
        }
    }

    private static func meansLocked(_ status: StatusWord) -> Bool {
        status.meansLocked || status == .authenticationBlocked
    }

    private mutating func transmit(_ command: CommandAPDU, _ next: (CardExchange) -> State) -> Action {
        state = next(CardExchange(command))
        return .transmit(command)
    }

    private mutating func proceed(
        _ exchange: CardExchange, _ bytes: [UInt8], _ same: (CardExchange) -> State,
        then next: (inout Self, ResponseAPDU) -> Action
    ) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = same(exchange)
            return .transmit(command)
        case .complete(let answer): return next(&self, answer)
        case .malformed(let error):
            guard let step else { fatalError("an answer belongs to a step") }
            // A module that leaves inside an exchange looks like an answer without a status word.
            return fail(error.code == .answerTooShort ? .noAnswer(step) : .malformedAnswer(error, step))
        }
    }

    private mutating func refuse(_ status: StatusWord, at step: SecureModuleStep) -> Action {
        fail(Self.meansLocked(status) ? .locked(status, step) : .notASecureModule(status, step))
    }

    private mutating func fail(_ failure: SecureModuleFailure) -> Action {
        state = .off
        return .failed(failure)
    }
}
