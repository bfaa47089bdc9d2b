import Payments
import SmartCards

/// Finds out who the card in a reader's field is, by driving a ``SmartCards/CardProbe`` over the reader and the secure
/// module. Takes no money.
package struct CardIdentification: Sendable {
    private let profiles: [CardProfile]
    private let terminal: TerminalID
    private let secureModule: (any SecureModule)?
    private let clock: TrustedClock
    private let timeZoneOffset: Int64

    /// - Parameters:
    ///   - profiles: in the order in which they are tried.
    ///   - timeZoneOffset: seconds east of UTC of the time that cards log.
    package init(
        profiles: [CardProfile], terminal: TerminalID, secureModule: (any SecureModule)?, clock: TrustedClock,
        timeZoneOffset: Int64
    ) {
        self.profiles = profiles
        self.terminal = terminal
        self.secureModule = secureModule
        self.clock = clock
        self.timeZoneOffset = timeZoneOffset
    }

    /// How often a card is asked again at once after an exchange with it broke. A card at the edge of the field comes
    /// and goes faster than the service looks, so no new insertion may be reported for it; the purchase of ¥0.00 takes
    /// no money and may be repeated.
    private static let retryMaximum = 2

    /// Takes the card, asks it, and lets it go powered off, so that the next tap starts fresh.
    package func identify(with reader: any CardReader) async -> CardReading {
        var problem: PresentationProblem?
        for _ in 0...Self.retryMaximum {
            do throws(CardReaderError) {
                try await reader.connect()
            } catch {
                // What broke first says more than that the card is gone now.
                return .problem(problem ?? PresentationProblem(error))
            }
            let attempt = await ask(reader)
            await reader.disconnect(.powerOff)
            guard case .problem(let new) = attempt.reading, attempt.isBroken else { return attempt.reading }
            problem = new
        }
        return .problem(problem ?? PresentationProblem(CardReaderError(.communication)))
    }

    private func ask(_ reader: any CardReader) async -> (reading: CardReading, isBroken: Bool) {
        let time = CalendarTime(clock.now(), offset: timeZoneOffset)
        var probe = CardProbe(profiles: profiles, terminal: terminal, time: time)
        var driver = Driver(reader: reader, secureModule: secureModule)
        var action = probe.start()
        while true {
            if case .finish(let outcome) = action {
                await driver.endSession()
                return (driver.reading(outcome), driver.isBroken)
            }
            action = probe.receive(await driver.perform(action))
        }
    }
}

/// Does what the probe asks for and remembers what broke, for a message better than "communication failed".
private struct Driver {
    let reader: any CardReader
    let secureModule: (any SecureModule)?
    var session: SecureModuleSession?
    var readerError: CardReaderError?

    /// Whether the link to the card broke, rather than the card saying something.
    var isBroken: Bool {
        switch readerError?.code {
        case .cardRemoved, .cardReset, .communication: true
        default: false
        }
    }

    mutating func perform(_ action: CardProbe.Action) async -> CardProbe.Event {
        switch action {
        case .transmit(let command):
            do throws(CardReaderError) {
                return .cardAnswered(try await reader.transmit(command.bytes))
            } catch {
                readerError = error
                return .cardFailed
            }
        case .initializeSecureModule(let request):
            guard let secureModule else { return .secureModuleFailed }
            do throws(SecureModuleError) {
                let session = try await secureModule.initializeForPurchase(request)
                self.session = session
                return .secureModuleInitialized(session.answer)
            } catch {
                return .secureModuleFailed
            }
        case .checkMAC2(let mac2):
            guard let secureModule, let session else { return .secureModuleFailed }
            self.session = nil
            do throws(SecureModuleError) {
                return .mac2Checked(try await secureModule.credit(mac2: mac2, session: session))
            } catch {
                return .secureModuleFailed
            }
        case .finish:
            fatalError("a finished card probe asks for nothing")
        }
    }

    mutating func endSession() async {
        if let session { await secureModule?.abandon(session) }
        session = nil
    }

    func reading(_ outcome: CardProbe.Outcome) -> CardReading {
        switch outcome {
        case .identified(let card): .identified(card.evidence)
        case .refused(let refusal):
            if let readerError {
                .problem(PresentationProblem(readerError))
            } else {
                .problem(
                    PresentationProblem(
                        number: refusal.number, english: refusal.englishText, chinese: refusal.chineseText))
            }
        }
    }
}

extension PresentationProblem {
    init(_ error: CardReaderError) {
        self.init(number: error.number, english: error.message, chinese: error.chineseText)
    }
}
