import Payments

/// The secure messaging after the AES authentication of EV1 (AA): protects commands and opens answers.
///
/// One initial vector runs through all messages of both sides: the code or the last encrypted block of each message
/// starts the next. Every answer with status 00 carries a code, in plain mode too. An encrypted message carries a
/// checksum instead (over instruction, header and data, or over data and status). Any error status, wrong code or
/// wrong checksum ends the session for good.
///
/// The form follows libfreefare. The tests hold it against the recording of a physical card, and against libfreefare
/// through the simulated card.
package struct DESFireEV1Session: Sendable {
    /// Length of a truncated authentication code.
    package static let codeLength = 8
    private static let checksumLength = 4

    private let key: AESKey
    private var vector = AES128.zeroVector
    /// Whether the session takes no more messages.
    package private(set) var isEnded = false

    package init(key: AESKey) { self.key = key }

    /// The body of `command` as it is sent. Must be sent: it has moved the initial vector on.
    package mutating func protect(_ command: DESFireCommand) throws(DESFireError) -> [UInt8] {
        guard !isEnded else { throw DESFireError(.sessionEnded) }
        let message = [command.instruction] + command.header + command.data
        if command.communication == .full, !command.data.isEmpty {
            var plain = command.data + CyclicRedundancyCheck32.compute(message)
            plain += [UInt8](repeating: 0, count: Self.padded(plain.count) - plain.count)
            let encrypted = AES128(key: key).encryptCBC(plain, initialVector: vector)
            vector = Array(encrypted.suffix(AES128.blockLength))
            return command.header + encrypted
        }
        vector = AESCMAC.compute(message, key: key, initialVector: vector)
        // Commands that only ask carry no code; it is computed all the same, for the vector.
        let isCoded = command.communication == .mac && !command.data.isEmpty
        return command.header + command.data + (isCoded ? Array(vector.prefix(Self.codeLength)) : [])
    }

    /// The data of an answer to `command`, the last one that was protected.
    ///
    /// - Parameter answer: with status 00; every other status ends the session.
    package mutating func open(
        _ answer: DESFireAnswer, to command: DESFireCommand
    ) throws(DESFireError) -> [UInt8] {
        guard !isEnded, answer.status == .success else {
            isEnded = true
            throw DESFireError(.sessionEnded, detail: "status \(answer.status)")
        }
        do throws(DESFireError) {
            guard command.communication == .full, command.answerLength > 0 else { return try openCoded(answer) }
            return try openEncrypted(answer, count: command.answerLength)
        } catch {
            isEnded = true
            throw error
        }
    }

    private mutating func openCoded(_ answer: DESFireAnswer) throws(DESFireError) -> [UInt8] {
        guard answer.data.count >= Self.codeLength else {
            throw DESFireError(.messageAuthenticationWrong, detail: "\(answer.data.count) bytes")
        }
        let data = Array(answer.data.dropLast(Self.codeLength))
        vector = AESCMAC.compute(data + [answer.status.rawValue], key: key, initialVector: vector)
        guard vector.prefix(Self.codeLength) == answer.data.suffix(Self.codeLength) else {
            throw DESFireError(.messageAuthenticationWrong)
        }
        return data
    }

    private mutating func openEncrypted(_ answer: DESFireAnswer, count: Int) throws(DESFireError) -> [UInt8] {
        guard answer.data.count == Self.padded(count + Self.checksumLength) else {
            throw DESFireError(.messageAuthenticationWrong, detail: "\(answer.data.count) bytes")
        }
        let plain = AES128(key: key).decryptCBC(answer.data, initialVector: vector)
        vector = Array(answer.data.suffix(AES128.blockLength))
        let data = Array(plain[0..<count])
        let checksum = CyclicRedundancyCheck32.compute(data + [answer.status.rawValue])
        let padding = plain[(count + Self.checksumLength)...]
        guard plain[count..<count + Self.checksumLength] == checksum[...],
            // Cards mark the end with 80 where the terminal left the length open, otherwise they fill with zeros.
            padding.first.map({ $0 == 0 || $0 == 0x80 }) ?? true, padding.dropFirst().allSatisfy({ $0 == 0 })
        else { throw DESFireError(.messageAuthenticationWrong) }
        return data
    }

    /// `count` rounded up to whole blocks.
    private static func padded(_ count: Int) -> Int {
        (count + AES128.blockLength - 1) / AES128.blockLength * AES128.blockLength
    }
}

extension DESFireEV1Session: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "DESFire EV1 session" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
