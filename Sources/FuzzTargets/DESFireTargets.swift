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
