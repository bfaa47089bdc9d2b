import Payments
import SmartCards
import Testing

/// One published session with two authentications (NXP AN12196 tables 19, 23, 26 and 27; the chip is an NTAG 424 DNA,
/// whose messaging is that of DESFire EV2).
@Suite("Published vectors of DESFire: a second authentication in a session")
struct DESFireNonFirstVectorTests {
    private func authenticate(
        _ method: DESFireAuthentication.Method, keyNumber: UInt8, challenge: String, proof: String, answer: String,
        continuing session: DESFireSession? = nil
    ) throws -> DESFireSession {
        let key = try aesKey("00000000000000000000000000000000")
        // RndA stands encrypted in the terminal's half.
        let random = Array(AES128(key: key).decryptCBC(try hex(proof)).prefix(16))
        var machine = DESFireAuthentication(
            method: method, keyNumber: keyNumber, key: key, terminalRandom: random, continuing: session)
        guard case .transmit(let first) = machine.receive(.started),
            case .transmit(let second) = machine.receive(.cardAnswered(try hex(challenge) + [0x91, 0xAF]))
        else { throw DESFireError(.authenticationWrong) }
        #expect(first.data.first == keyNumber)
        #expect(first.instruction == (method == .ev2First ? 0x71 : 0x77))
        #expect(first.data.count == (method == .ev2First ? 2 : 1))
        #expect(second.data == (try hex(proof)))
        guard case .openedSession(let opened) = machine.receive(.cardAnswered(try hex(answer) + [0x91, 0x00])) else {
            throw DESFireError(.authenticationWrong)
        }
        return opened
    }

    @Test("AN12196 tables 19, 23, 26, 27: identifier and counter go on under the new keys")
    func nonFirst() throws {
        var first = try authenticate(
            .ev2First, keyNumber: 3, challenge: "B875CEB0E66A6C5CD00898DC371F92D1",
            proof: "FF0306E47DFBC50087C4D8A78E88E62DE1E8BE457AA477C707E2F0874916A8B1",
            answer: "0CC9A8094A8EEA683ECAAC5C7BF20584206D0608D477110FC6B3D5D3F65C3A6A")
        #expect(try first.transactionIdentifier == hex("7614281A"))
        // The example runs two commands before it authenticates again.
        for _ in 0..<2 { _ = try first.open(DESFireAnswer(status: .success), communication: .plain) }
        var second = try authenticate(
            .ev2NonFirst, keyNumber: 0, challenge: "A6A2B3C572D06C097BB8DB70463E22DC",
            proof: "BE7D45753F2CAB85F34BC60CE58B940763FE969658A532DF6D95EA2773F6E991",
            answer: "B888349C24B315EAB5B589E279C8263E", continuing: first)
        #expect(try second.transactionIdentifier == hex("7614281A"))
        #expect(second.counter == 2)
        // New key, its version, and the checksum of the key.
        let other = DESFireCommand(
            0xC4, header: [0x02], data: try hex("F3847D627727ED3BC9C4CC050489B966 01 789DFADC"), communication: .full)
        #expect(
            try second.protect(other)
                == hex(
                    "02 2CF362B7BF4311FF3BE1DAA295E8C68DE09050560D19B9E16C2393AE9CD1FAC7 5D0CE20BCD1D06E6"))
        let answer = try DESFireAnswer(decoding: hex("203BB55D1089D587 9100"))
        #expect(try second.open(answer, communication: .full) == [])
        let own = DESFireCommand(
            0xC4, header: [0x00], data: try hex("5004BF991F408672B1EF00F08F9E8647 01"), communication: .full)
        #expect(
            try second.protect(own)
                == hex(
                    "00 C0EB4DEEFEDDF0B513A03A95A75491818580503190D4D05053FF75668A01D6FD A6610234BDED6432"))
    }

    @Test("AN12196 table 23: vectors and keys of the second authentication")
    func keys() throws {
        let (terminalRandom, cardRandom) = (
            try hex("60BE759EDA560250AC57CDDC11743CF6"), try hex("6924E8D09722659A2E7DEC68E66312B8")
        )
        let vector = DESFireSessionKeys.sessionVector(
            [0xA5, 0x5A], terminalRandom: terminalRandom, cardRandom: cardRandom)
        #expect(Hex.encode(vector) == "A55A0001008060BE1CBA32869572659A2E7DEC68E66312B8AC57CDDC11743CF6")
        let keys = DESFireSessionKeys(
            key: try aesKey("00000000000000000000000000000000"), terminalRandom: terminalRandom, cardRandom: cardRandom)
        #expect(try isKey(keys.encryption, "4CF3CB41A22583A61E89B158D252FC53"))
        #expect(try isKey(keys.authentication, "5529860B2FC5FB6154B7F28361D30BF9"))
    }

    @Test("a second authentication with a forged answer opens nothing")
    func forged() throws {
        let open = try session(
            authentication: "9366FA195EB566F5BD2BAD4020B83002", identifier: "7614281A", counter: 2)
        #expect(throws: DESFireError(.authenticationWrong)) {
            _ = try authenticate(
                .ev2NonFirst, keyNumber: 0, challenge: "A6A2B3C572D06C097BB8DB70463E22DC",
                proof: "BE7D45753F2CAB85F34BC60CE58B940763FE969658A532DF6D95EA2773F6E991",
                answer: "B888349C24B315EAB5B589E279C8263F", continuing: open)
        }
    }
}
