import Payments
import SmartCards

/// One DESFire command with the frames of its answer.
enum DESFireExchangeTarget {
    static func run(_ input: [UInt8]) {
        var rest = FuzzInput(input)
        let length = Int(rest.byte())
        var exchange = DESFireExchange(instruction: rest.byte(), body: rest.bytes(length))
        var frames = 0
        while true {
            switch exchange.receive(rest.chunk()) {
            case .transmit(let command):
                frames += 1
                invariant(frames <= 32, "the exchange does not end")
                invariant(command.data.count <= 255, "a frame is too long")
            case .complete(let answer):
                parse(answer.data)
                return
            case .malformed(let error):
                _ = error.message
                return
            }
        }
    }

    private static func parse(_ data: [UInt8]) {
        do throws(DESFireError) { _ = "\(try DESFireVersion(decoding: data))" } catch { _ = error.message }
        do throws(DESFireError) { _ = try DESFireFileSettings(decoding: data) } catch { _ = error.message }
        do throws(DESFireError) { _ = try DESFireTransactionMAC(decoding: data) } catch { _ = error.message }
    }
}

/// The secure messaging of a session: no answer without the right code is opened.
enum DESFireSessionTarget {
    static func run(_ input: [UInt8]) {
        var rest = FuzzInput(input)
        let keys = DESFireSessionKeys(encryption: FuzzCampus.aesKey, authentication: FuzzCampus.aesKey)
        let identifier: [UInt8] = [1, 2, 3, 4]
        let start = UInt16(rest.byte()) << 8 | UInt16(rest.byte())
        var session = DESFireSession(keys: keys, transactionIdentifier: identifier, counter: start)
        while !rest.isEmpty {
            let choice = rest.byte()
            let communication = DESFireCommunication.allCases[Int(choice) % 3]
            let command = DESFireCommand(
                rest.byte(), header: rest.bytes(Int(choice & 0x07)), data: rest.chunk(), communication: communication)
            do throws(DESFireError) {
                _ = try session.protect(command)
            } catch {
                invariant(session.isEnded || session.counter == .max, "a session that works refuses a command")
                return
            }
            var data = rest.chunk()
            let isGenuine = choice & 0x40 != 0
            if isGenuine, communication != .plain {
                let next = session.counter + 1
                let covered = [0x00, UInt8(truncatingIfNeeded: next), UInt8(next >> 8)] + identifier + data
                data += AESCMAC.truncated(covered, key: keys.authentication)
            }
            open(
                &session, DESFireAnswer(status: choice & 0x80 == 0 ? .success : .boundaryError, data: data),
                communication)
        }
    }

    private static func open(
        _ session: inout DESFireSession, _ answer: DESFireAnswer, _ communication: DESFireCommunication
    ) {
        let before = session.counter
        do throws(DESFireError) {
            let data = try session.open(answer, communication: communication)
            invariant(answer.status == .success && session.counter == before + 1, "an answer was not counted")
            invariant(data.count <= answer.data.count, "an answer grew")
        } catch {
            invariant(session.isEnded, "a session goes on after \(error)")
        }
    }
}

/// A debit on a DESFire card: it ends, it says that the card paid only over an authentic answer, and while the air
/// tells the truth the card agrees with the result.
enum DESFireDebitTarget {
    private static let amount: UInt32 = 1250

    private static let profile: DESFireProfile = {
        guard let application = DESFireApplicationID(0xF54230) else {
            fatalError("a constant of the fuzzers is not valid")
        }
        let file = { DESFireProfile.File(number: $0, communication: .full) }
        return DESFireProfile(
            name: "campus", application: application, keyNumber: 1, identityFile: file(1), identityLength: 8,
            valueFile: file(2), recordFile: file(3), hasTransactionMAC: true)
    }()

    static func run(_ input: [UInt8]) {
        var air = FuzzAir(card: FuzzDESFireCard(), input: FuzzInput(input))
        let record = DESFireDebitRecord(terminal: FuzzCampus.terminal, trace: TraceNumber(42), amount: amount)
        let result = tap(.debit(record), &air)
        let value = (air.card as? FuzzDESFireCard)?.value ?? 0
        switch result {
        case .debited: invariant(value == 10_000 - Int32(amount), "the card did not pay")
        case .failed: invariant(air.hasLied || value == 10_000, "a failed debit took money")
        case .resolved: fatalError("a debit was asked for")
        case .unknown(let evidence, _): resolve(evidence, hasPaid: value != 10_000, &air)
        }
    }

    private static func resolve(_ evidence: DESFireDebitEvidence, hasPaid: Bool, _ air: inout FuzzAir) {
        switch tap(.resolve(evidence), &air) {
        case .resolved(.committed): invariant(hasPaid, "a debit was found that never was")
        case .resolved(.notDebited): invariant(!hasPaid, "a debit was denied that was paid")
        case .resolved, .failed: break
        case .debited, .unknown: fatalError("asking is no debit")
        }
    }

    private static func tap(_ purpose: DESFireDebitMachine.Purpose, _ air: inout FuzzAir) -> DESFireResult {
        var machine = DESFireDebitMachine(
            profile: profile, key: FuzzCampus.aesKey, purpose: purpose, terminalRandom: [UInt8](repeating: 5, count: 16)
        )
        var action = machine.receive(.started)
        while true {
            switch action {
            case .transmit(let command):
                action = machine.receive(air.transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .store: action = machine.receive(air.choice() == 0xFF ? .evidenceNotStored : .evidenceStored)
            case .finish(let result): return result
            }
        }
    }
}
