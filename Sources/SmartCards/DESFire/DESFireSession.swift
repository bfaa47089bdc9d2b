import Payments

/// The secure messaging of an EV2 session: protects commands, opens answers, counts both.
///
/// Any error status, wrong code or wrong padding ends the session for good: nothing after it can be trusted.
///
/// Checked against published vectors (NXP AN12343, AN12196); see `docs/reference/desfire.md`.
package struct DESFireSession: Sendable {
    /// Length of a truncated authentication code.
    package static let codeLength = 8

    private let keys: DESFireSessionKeys
    /// TI, 4 bytes, chosen by the card.
    package let transactionIdentifier: [UInt8]
    /// CmdCtr: how many commands the card has taken in this session.
    package private(set) var counter: UInt16
    /// Whether the session takes no more messages.
    package private(set) var isEnded = false

    /// - Parameter counter: 0 in a new session.
    package init(keys: DESFireSessionKeys, transactionIdentifier: [UInt8], counter: UInt16 = 0) {
        invariant(transactionIdentifier.count == 4, "a transaction identifier has 4 bytes")
        self.keys = keys
        self.transactionIdentifier = transactionIdentifier
        self.counter = counter
    }

    /// The body of `command` as it is sent: header, data (encrypted in full mode), code (in MAC and full mode).
    package func protect(_ command: DESFireCommand) throws(DESFireError) -> [UInt8] {
        // The last counter value is left unused: its answer would count past 16 bits.
        guard !isEnded, counter < UInt16.max else { throw DESFireError(.sessionEnded) }
        var body = command.header
        if command.communication == .full, !command.data.isEmpty {
            let vector = keys.commandVector(transactionIdentifier: transactionIdentifier, counter: counter)
            body += AES128(key: keys.encryption).encryptCBC(DESFirePadding.add(command.data), initialVector: vector)
        } else {
            body += command.data
        }
        guard command.communication != .plain else { return body }
        return body + code(command.instruction, counter, body)
    }

    /// The data of an answer to the last command that was protected, which travelled as `communication` says.
    ///
    /// - Parameter answer: with status 00; every other status ends the session.
    package mutating func open(
        _ answer: DESFireAnswer, communication: DESFireCommunication
    ) throws(DESFireError) -> [UInt8] {
        guard !isEnded, counter < UInt16.max, answer.status == .success else {
            isEnded = true
            throw DESFireError(.sessionEnded, detail: "status \(answer.status)")
        }
        counter += 1
        do throws(DESFireError) {
            return try opened(answer, communication)
        } catch {
            isEnded = true
            throw error
        }
    }

    private func opened(
        _ answer: DESFireAnswer, _ communication: DESFireCommunication
    ) throws(DESFireError) -> [UInt8] {
        guard communication != .plain else { return answer.data }
        guard answer.data.count >= Self.codeLength else {
            throw DESFireError(.messageAuthenticationWrong, detail: "\(answer.data.count) bytes")
        }
        let body = Array(answer.data.dropLast(Self.codeLength))
        guard code(answer.status.rawValue, counter, body) == answer.data.suffix(Self.codeLength) else {
            throw DESFireError(.messageAuthenticationWrong)
        }
        guard communication == .full, !body.isEmpty else { return body }
        guard body.count % AES128.blockLength == 0 else {
            throw DESFireError(.paddingWrong, detail: "\(body.count) bytes")
        }
        let vector = keys.answerVector(transactionIdentifier: transactionIdentifier, counter: counter)
        return try DESFirePadding.remove(AES128(key: keys.encryption).decryptCBC(body, initialVector: vector))
    }

    /// - Parameter first: the instruction of a command, the status of an answer.
    private func code(_ first: UInt8, _ counter: UInt16, _ body: [UInt8]) -> ArraySlice<UInt8> {
        AESCMAC.truncated(
            [first] + counter.littleEndianBytes(count: 2) + transactionIdentifier + body, key: keys.authentication)[...]
    }
}
