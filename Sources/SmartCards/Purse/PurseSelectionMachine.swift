import Payments

/// Finds the purse application of a profile on the card, and reads its public information: what every dialogue with a
/// purse card begins with.
struct PurseSelectionMachine: CardMachine {
    /// How it ended.
    enum Result: Sendable, Equatable {
        case selected(PublicInformation)
        case failed(PurseFailure)
    }

    typealias Action = CardAction<Result>

    private enum Step {
        /// SELECT of the payment environment, whose directory file names the applications.
        case environment
        /// READ RECORD of the directory file.
        case directory(shortFile: UInt8, record: UInt8)
        case application
        case publicInformation
    }

    private enum State {
        /// → exchanging
        case idle
        /// → exchanging, finished
        case exchanging(CardExchange, Step)
        case finished
    }

    /// Directory records that are read at most; cards in the field have one to three.
    static let directoryMaximum: UInt8 = 8

    private let application: PurseProfile.Application
    private var state = State.idle

    init(_ application: PurseProfile.Application) { self.application = application }

    mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started):
            if case .directory = application { return transmit(application.selectCommand, .environment) }
            return transmit(application.selectCommand, .application)
        case (.exchanging(let exchange, let step), .cardAnswered(let bytes)): return take(bytes, exchange, step)
        case (.exchanging(_, let step), .cardFailed): return fail(.communicationFailed(Self.name(step)))
        default: fatalError("the selection of a purse got an event that no action asked for")
        }
    }

    private static func name(_ step: Step) -> PurseStep {
        switch step {
        case .environment, .application: .select
        case .directory: .readDirectory
        case .publicInformation: .readPublicInformation
        }
    }

    private mutating func take(_ bytes: [UInt8], _ exchange: CardExchange, _ step: Step) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .exchanging(exchange, step)
            return .transmit(command)
        case .malformed(let error): return fail(PurseFailure(error, at: Self.name(step)))
        case .complete(let answer):
            do throws(CardDataError) {
                return try answered(answer, step)
            } catch {
                return fail(.malformedAnswer(error, Self.name(step)))
            }
        }
    }

    private mutating func answered(_ answer: ResponseAPDU, _ step: Step) throws(CardDataError) -> Action {
        guard answer.status == .success else { return refused(answer.status, step) }
        switch step {
        case .environment:
            let file = try FileControlInformation(decoding: answer.data).directoryFile
            guard let file, (1...30).contains(file) else {
                throw CardDataError(.fileControlInformationMalformed, detail: "no directory file")
            }
            return readDirectory(file, 1)
        case .directory(let file, let record):
            guard let name = try listed(answer.data) else {
                guard record < Self.directoryMaximum else { return fail(.notThisProfile(.recordNotFound)) }
                return readDirectory(file, record + 1)
            }
            return transmit(GeneralCommand.select(name: name), .application)
        case .application:
            guard let information = try FileControlInformation(decoding: answer.data).publicInformation else {
                return transmit(PurseCommand.readPublicInformation, .publicInformation)
            }
            return finish(.selected(information))
        case .publicInformation: return finish(.selected(try PublicInformation(decoding: answer.data)))
        }
    }

    private mutating func refused(_ status: StatusWord, _ step: Step) -> Action {
        if status.meansLocked { return fail(.applicationLocked) }
        // A file identifier such as 1001 stands on foreign cards too; what has no public information is no purse.
        if case .publicInformation = step, status != .fileNotFound {
            return fail(.cardFault(status, .readPublicInformation))
        }
        return fail(.notThisProfile(status))
    }

    private mutating func readDirectory(_ file: UInt8, _ record: UInt8) -> Action {
        transmit(
            GeneralCommand.readRecord(record, shortFile: file, count: 256),
            .directory(shortFile: file, record: record))
    }

    /// The application identifier (tag 4F) of a directory entry (tag 61), when it is one of the profile's.
    private func listed(_ record: [UInt8]) throws(CardDataError) -> [UInt8]? {
        guard case .directory(_, let prefix) = application else { return nil }
        let entry = try DataElement.readAll(record).first { $0.tag == 0x61 }
        guard let name = entry?.child(0x4F)?.value, (1...16).contains(name.count), name.starts(with: prefix) else {
            return nil
        }
        return name
    }

    private mutating func transmit(_ command: CommandAPDU, _ step: Step) -> Action {
        state = .exchanging(CardExchange(command), step)
        return .transmit(command)
    }

    private mutating func fail(_ failure: PurseFailure) -> Action { finish(.failed(failure)) }

    private mutating func finish(_ result: Result) -> Action {
        state = .finished
        return .finish(result)
    }
}
