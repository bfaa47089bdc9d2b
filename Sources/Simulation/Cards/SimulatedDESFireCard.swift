import SmartCards

/// A DESFire card of three generations that checks what a real one checks, on raw frames and with a session of its own.
///
/// Written from the card's side, sharing only AES and CMAC with the terminal, so that a mistake of the terminal is not
/// mirrored here. Nothing of a transaction takes effect before its commit, and then all of it.
package struct SimulatedDESFireCard: VirtualCard {
    /// What the card waits for before it goes on.
    enum Continuation {
        /// The terminal's half of an authentication.
        case proof(DESFireCardAuthentication)
        /// Frames of an answer that are still to be fetched.
        case answer([[UInt8]])
        /// The rest of a command that came in part.
        case command(UInt8, [UInt8])
    }

    /// What the card keeps without power.
    package internal(set) var memory: DESFireCardMemory
    var random: any RandomNumberGenerator & Sendable
    var isSelected = false
    var session: DESFireCardSession?
    /// The files as they will be after the commit.
    var pending: [UInt8: DESFireCardFile]?
    /// What the transaction MAC of the running transaction covers.
    var transactionInput: [UInt8] = []
    var continuation: Continuation?

    /// - Parameter random: draws the card's random numbers.
    package init(memory: DESFireCardMemory, random: any RandomNumberGenerator & Sendable) {
        self.memory = memory
        self.random = random
    }

    /// No historical bytes: what PC/SC readers make up for a contactless card.
    package var answerToReset: [UInt8] { [0x3B, 0x80, 0x80, 0x01, 0x01] }

    package mutating func powerOn() {
        abort()
        isSelected = false
    }

    package mutating func reset() { powerOn() }

    package mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        let decoded: CommandAPDU
        do throws(CardDataError) { decoded = try CommandAPDU(decoding: command) } catch { return [0x67, 0x00] }
        switch decoded.classByte {
        case 0x90: break
        case 0xFF: return readerCommand(decoded)
        case 0x00: return isoSelect(decoded)
        default: return [0x6E, 0x00]
        }
        guard decoded.parameter1 == 0, decoded.parameter2 == 0, decoded.expectedLength == 256 else {
            return fail(0x7E)
        }
        do throws(DESFireCardRefusal) {
            return try answer(decoded.instruction, decoded.data)
        } catch {
            return fail(error.status)
        }
    }

    /// Session and transaction are over.
    mutating func abort() {
        session = nil
        continuation = nil
        abortTransaction()
    }

    mutating func abortTransaction() {
        pending = nil
        transactionInput = []
    }

    /// Every error ends the session, and with it the transaction.
    private mutating func fail(_ status: UInt8) -> [UInt8] {
        abort()
        return [0x91, status]
    }

    /// Over vpcd nobody stands between program and card, so the card answers for the reader.
    private mutating func readerCommand(_ command: CommandAPDU) -> [UInt8] {
        guard command.bytes == [0xFF, 0xCA, 0x00, 0x00, 0x00] else { return [0x6D, 0x00] }
        return (memory.hidesUID ? [0x08] + draw(3) : memory.uid) + [0x90, 0x00]
    }

    /// The card as a whole answers to the name of its ISO application.
    private mutating func isoSelect(_ command: CommandAPDU) -> [UInt8] {
        abort()
        isSelected = false
        guard command.instruction == 0xA4 else { return [0x6D, 0x00] }
        let isCard = command.data == [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x00]
        return isCard ? [0x90, 0x00] : [0x6A, 0x82]
    }

    private mutating func answer(_ instruction: UInt8, _ data: [UInt8]) throws(DESFireCardRefusal) -> [UInt8] {
        let waiting = continuation
        continuation = nil
        guard instruction == 0xAF else { return try perform(instruction, data) }
        switch waiting {
        case .proof(let authentication): return try prove(authentication, data)
        case .answer(let frames): return next(frames)
        case .command(let instruction, let begun): return try perform(instruction, begun + data)
        case nil: throw .illegalCommand
        }
    }

    private mutating func perform(_ instruction: UInt8, _ body: [UInt8]) throws(DESFireCardRefusal) -> [UInt8] {
        switch instruction {
        case 0x5A: return try select(body)
        case 0x60: return version()
        case 0xAA: return try challenge(.aes, body)
        case 0x71: return try challenge(.ev2First, body)
        case 0x77: return try challenge(.ev2NonFirst, body)
        default:
            guard isSelected else { throw .illegalCommand }
            return try performInApplication(instruction, body)
        }
    }

    private mutating func select(_ body: [UInt8]) throws(DESFireCardRefusal) -> [UInt8] {
        guard body.count == 3 else { throw .length }
        abort()
        isSelected = false
        guard body == memory.application else { throw .applicationNotFound }
        isSelected = true
        return [0x91, 0x00]
    }

    /// Hardware 7, software 7, UID 7, production number 5 and its calendar week and year.
    private mutating func version() -> [UInt8] {
        let versions = memory.generation.versions
        let uid = memory.hidesUID ? [UInt8](repeating: 0, count: 7) : memory.uid
        return next([
            [0x04, 0x01, 0x01, versions[0], versions[1], 0x18, 0x05],
            [0x04, 0x01, 0x01, versions[2], versions[3], 0x18, 0x05],
            uid + [0xBA, 0x54, 0x4A, 0x51, 0x80, 0x22, 0x26],
        ])
    }

    /// Gives one frame; the others wait.
    mutating func next(_ frames: [[UInt8]]) -> [UInt8] {
        let rest = Array(frames.dropFirst())
        if !rest.isEmpty { continuation = .answer(rest) }
        return (frames.first ?? []) + [0x91, rest.isEmpty ? 0x00 : 0xAF]
    }

    mutating func draw(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
}

/// The status with which a simulated card ends a command.
enum DESFireCardRefusal: UInt8, Error {
    case noChanges = 0x0C
    case illegalCommand = 0x1C
    case integrity = 0x1E
    case noSuchKey = 0x40
    case length = 0x7E
    case permission = 0x9D
    case parameter = 0x9E
    case applicationNotFound = 0xA0
    case authentication = 0xAE
    case boundary = 0xBE
    case memory = 0xEE
    case fileNotFound = 0xF0

    var status: UInt8 { rawValue }
}
