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
        var probe = CardProbe(profiles: profiles, amount: 1, terminal: terminal, time: time)
        var driver = CardDriver(reader: reader, secureModule: secureModule)
        let outcome = await driver.run(&probe)
        return (driver.reading(outcome), driver.isBroken)
    }
}

extension PresentationProblem {
    init(_ error: CardReaderError) {
        self.init(number: error.number, english: error.message, chinese: error.chineseText)
    }
}
