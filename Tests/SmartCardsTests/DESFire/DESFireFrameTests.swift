import Payments
import SmartCards
import Testing

@Suite("DESFire frames, statuses and plain answers")
struct DESFireFrameTests {
    @Test("commands have the published layout")
    func layout() throws {
        let application = try #require(DESFireApplicationID(0xF54230))
        #expect(try DESFireExchange(.selectApplication(application)).first.bytes == hex("905A000003 3042F5 00"))
        #expect(try DESFireExchange(.getVersion).first.bytes == hex("9060000000"))
        let debit = DESFireCommand.debit(file: 2, amount: 0x0102, communication: .plain)
        #expect(try DESFireExchange(debit).first.bytes == hex("90DC000005 02 02010000 00"))
        let commit = DESFireCommand.commitTransaction(returningTransactionMAC: true)
        #expect(try DESFireExchange(commit).first.bytes == hex("90C7000001 01 00"))
        #expect(DESFireApplicationID(0x0100_0000) == nil)
    }

    @Test("the version comes in three frames")
    func version() throws {
        var exchange = DESFireExchange(.getVersion)
        let more = DESFireExchange.wrapped(0xAF, [])
        #expect(exchange.receive(try hex("04010133001A05 91AF")) == .transmit(more))
        #expect(exchange.receive(try hex("04010103001A05 91AF")) == .transmit(more))
        let last = exchange.receive(try hex("04A1B2C3D4E5F6 0102030405 2023 9100"))
        guard case .complete(let answer) = last else {
            Issue.record("not complete")
            return
        }
        let version = try DESFireVersion(decoding: answer.data)
        #expect(version.hardware.majorVersion == 0x33)
        #expect(version.software.majorVersion == 0x03)
        #expect(try version.uid == hex("04A1B2C3D4E5F6"))
        #expect(throws: DESFireError(.answerLength)) {
            _ = try DESFireVersion(decoding: Array(answer.data.dropLast()))
        }
    }

    @Test("a long command goes out in frames, and a card that ends it early is refused")
    func longCommand() throws {
        let body = [UInt8](0..<130)
        var exchange = DESFireExchange(instruction: 0x3D, body: body)
        #expect(exchange.first == DESFireExchange.wrapped(0x3D, Array(body[0..<54])))
        #expect(exchange.receive([0x91, 0xAF]) == .transmit(DESFireExchange.wrapped(0xAF, Array(body[54..<108]))))
        var early = exchange
        #expect(early.receive([0x91, 0x00]) == .malformed(DESFireError(.commandCutShort)))
        var refused = exchange
        #expect(refused.receive([0x91, 0x9D]) == .complete(DESFireAnswer(status: .permissionDenied)))
        #expect(exchange.receive([0x91, 0xAF]) == .transmit(DESFireExchange.wrapped(0xAF, Array(body[108...]))))
        #expect(exchange.receive([1, 0x91, 0x00]) == .complete(DESFireAnswer(status: .success, data: [1])))
    }

    @Test("answers that are not wrapped DESFire answers are told apart")
    func malformed() {
        #expect(throws: DESFireError(.answerTooShort)) { _ = try DESFireAnswer(decoding: []) }
        #expect(throws: DESFireError(.answerTooShort)) { _ = try DESFireAnswer(decoding: [0x91]) }
        #expect(throws: DESFireError(.notDESFire)) { _ = try DESFireAnswer(decoding: [0x90, 0x00]) }
        #expect(throws: DESFireError(.answerLength)) {
            _ = try DESFireAnswer(decoding: [UInt8](repeating: 0, count: 259))
        }
    }

    @Test("file settings of every type are read, other forms refused")
    func fileSettings() throws {
        let value = try DESFireFileSettings(decoding: hex("02 03 3012 00000000 A0860100 00000000 01"))
        #expect(value.communication == .full)
        #expect(value.accessRights == 0x1230)
        #expect(
            value.content
                == .value(lowerLimit: 0, upperLimit: 100_000, limitedCredit: 0, allowsLimitedCredit: true))
        #expect(
            try DESFireFileSettings(decoding: hex("00 00 EEEE 200000")).content == .data(size: 32, isBackup: false))
        #expect(
            try DESFireFileSettings(decoding: hex("04 01 3012 100000 0A0000 030000")).content
                == .records(size: 16, maximum: 10, count: 3, isCyclic: true))
        #expect(
            try DESFireFileSettings(decoding: hex("05 00 101F 02 00")).content
                == .transactionMAC(keyOption: 2, keyVersion: 0))
        for text in ["", "020330", "02033012 0000", "06003012", "00403012 200000", "05001012 02"] {
            #expect(throws: DESFireError(.fileSettingsMalformed)) {
                _ = try DESFireFileSettings(decoding: hex(text))
            }
        }
    }

    @Test("every known status has a meaning, and an aborted or failed write proves nothing")
    func statuses() {
        #expect(DESFireStatus.authenticationError.meaning != DESFireStatus(rawValue: 0x77).meaning)
        #expect("\(DESFireStatus.boundaryError)" == "91BE")
        for status in [DESFireStatus.memoryError, .commandAborted, .success, DESFireStatus(rawValue: 0x77)] {
            #expect(!status.provesNothingChanged)
        }
        #expect(DESFireStatus.permissionDenied.provesNothingChanged)
    }

    @Test("AES authentication of EV1 chains its messages and mixes the session key", arguments: [false, true])
    func legacyAuthentication(isForged: Bool) throws {
        let key = try aesKey("00112233445566778899AABBCCDDEEFF")
        let cipher = AES128(key: key)
        let (terminalRandom, cardRandom) = ([UInt8](0..<16), [UInt8](16..<32))
        var machine = DESFireAuthentication(
            method: .aes, keyNumber: 2, key: key, terminalRandom: terminalRandom)
        guard case .transmit(let first) = machine.receive(.started) else {
            Issue.record("no command")
            return
        }
        #expect(try first.bytes == hex("90AA000001 02 00"))
        let challenge = cipher.encrypt(block: cardRandom)
        guard case .transmit(let second) = machine.receive(.cardAnswered(challenge + [0x91, 0xAF])) else {
            Issue.record("no proof")
            return
        }
        let plain = cipher.decryptCBC(second.data, initialVector: challenge)
        #expect(plain == terminalRandom + Array(cardRandom[1...]) + [16])
        var proof = cipher.encryptCBC(
            Array(terminalRandom[1...]) + [0], initialVector: Array(second.data.suffix(16)))
        if isForged { proof[3] ^= 1 }
        switch machine.receive(.cardAnswered(proof + [0x91, 0x00])) {
        case .openedLegacySession(var session):
            #expect(!isForged)
            // The session shows its key by the code of an empty command.
            let agreed = try aesKey("00010203 10111213 0C0D0E0F 1C1D1E1F")
            let coded = DESFireCommand(0x3D, header: [1], data: [2], communication: .mac)
            #expect(try session.protect(coded) == [1, 2] + AESCMAC.compute([0x3D, 1, 2], key: agreed).prefix(8))
        case .failed(let error): #expect(isForged && error.code == .authenticationWrong)
        default: Issue.record("neither agreed nor failed")
        }
    }

    @Test("malformed and short answers end an authentication", arguments: DESFireAuthentication.Method.allCases)
    func brokenAuthentication(method: DESFireAuthentication.Method) throws {
        let key = try aesKey("00112233445566778899AABBCCDDEEFF")
        for answer in [[], [0x91], [0x91, 0xAF], [0x91, 0x00], [1, 0x91, 0xAF], [0x90, 0x00]] as [[UInt8]] {
            for isSecond in [false, true] {
                let open = try session(
                    authentication: "9366FA195EB566F5BD2BAD4020B83002", identifier: "E2D3AF69", counter: 3)
                var machine = DESFireAuthentication(
                    method: method, keyNumber: 0, key: key, terminalRandom: [UInt8](0..<16),
                    continuing: method == .ev2NonFirst ? open : nil)
                _ = machine.receive(.started)
                if isSecond {
                    _ = machine.receive(.cardAnswered([UInt8](repeating: 7, count: 16) + [0x91, 0xAF]))
                }
                guard case .failed = machine.receive(.cardAnswered(answer)) else {
                    Issue.record("\(answer) was believed")
                    continue
                }
            }
        }
    }
}
