import Payments
import Simulation
import SmartCards
import Testing

@Suite("Evidence of a DESFire debit")
struct DESFireEvidenceTests {
    private func evidence(
        uid: String? = "04782E21801D80", identity: [UInt8]? = [1, 2, 3], proof: Bool = true, valueBefore: Int32 = 1_000
    ) throws -> DESFireDebitEvidence {
        DESFireDebitEvidence(
            messaging: .ev2, uid: try uid.map { try hex($0) },
            application: try #require(DESFireApplicationID(0xF54230)),
            identity: identity.map { DESFireDebitEvidence.FileContent(file: 1, bytes: $0) }, valueFile: 2,
            valueBefore: valueBefore, recordFile: 3,
            record: DESFireDebitRecord(
                terminal: try terminal(), mark: [0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6], amount: 300),
            transactionMAC: proof ? try DESFireTransactionMAC(decoding: hex("05000000 0102030405060708")) : nil)
    }

    @Test("the canonical bytes have the documented layout")
    func layout() throws {
        let bytes = try hex(
            "03 02 04782E21801D80 F54230 01 03 010203 02 000003E8 03 001122334455 A1A2A3A4A5A6 0000012C"
                + "00000005 0102030405060708")
        #expect(try CardTransactionEvidence.desfireDebit(evidence()).canonicalBytes == bytes)
        let read = try #require(CardTransactionEvidence(canonicalBytes: bytes))
        #expect(try read == .desfireDebit(evidence()))
        #expect(read.amount == 300)
        #expect(read.card == .purse(applicationSerial: [0, 0, 0, 0, 0, 0, 0, 1, 2, 3]))
    }

    @Test("every form comes back as it was, and fits a journal record")
    func roundTrip() throws {
        for uid in [nil, "04782E21801D80"] {
            for identity in [nil, [9], [UInt8](1...10)] as [[UInt8]?] where uid != nil || identity != nil {
                for proof in [false, true] {
                    for value in [0, 1, -5, Int32.max, .min] {
                        let one = try evidence(uid: uid, identity: identity, proof: proof, valueBefore: value)
                        let bytes = CardTransactionEvidence.desfireDebit(one).canonicalBytes
                        #expect(CardTransactionEvidence(canonicalBytes: bytes) == .desfireDebit(one))
                        #expect(EvidenceBytes(bytes) != nil)
                    }
                }
            }
        }
    }

    @Test("bytes that are not exactly one evidence are refused")
    func malformed() throws {
        let bytes = try evidence().canonicalBytes
        for count in 0..<bytes.count where count != bytes.count - 12 {
            #expect(DESFireDebitEvidence(canonicalBytes: Array(bytes.prefix(count))) == nil)
        }
        #expect(DESFireDebitEvidence(canonicalBytes: bytes + [0]) == nil)
        for (index, byte) in [(0, 2), (1, 3), (12, 32), (13, 11), (17, 32), (22, 32)] as [(Int, UInt8)] {
            var wrong = bytes
            wrong[index] = byte
            #expect(DESFireDebitEvidence(canonicalBytes: wrong) == nil, "byte \(index)")
        }
        var nameless = try evidence(identity: nil).canonicalBytes
        for index in 2..<9 { nameless[index] = 0 }
        #expect(DESFireDebitEvidence(canonicalBytes: nameless) == nil)
    }

    @Test("random bytes never stop the reader", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let count = Int.random(in: 0...80, using: &generator)
            let bytes = [0x03, 0x02] + (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            if let evidence = CardTransactionEvidence(canonicalBytes: bytes) {
                #expect(evidence.canonicalBytes == bytes)
            }
        }
    }

    @Test("the transaction input has the layout of the data sheet")
    func input() throws {
        var input = DESFireTransactionInput()
        input.readData(file: 1, [1, 2, 3])
        input.value(.getValue, file: 2, 1_000)
        input.value(.debit, file: 2, 300)
        input.writeRecord(file: 3, [UInt8](repeating: 0xEE, count: 16))
        #expect(
            try input.bytes
                == hex(
                    "AD010000000300000000000000000000 01020300000000000000000000000000"
                        + "6C02E803000000000000000000000000 DC022C01000000000000000000000000"
                        + "8B030000001000000000000000000000 EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"))
    }

    @Test("a proof stands for its amount, value, record, card, counter and key alone")
    func proof() throws {
        let campus = try DESFireCampus(.ev3, .ev2, communication: 0x01, provesTransactions: true)
        var tap = DESFireTap(campus.card())
        guard case .debited(let evidence) = try tap.run(campus.machine()), let mac = evidence.transactionMAC else {
            Issue.record("not debited")
            return
        }
        let key = campus.transactionMACKey
        #expect(evidence.isGenuine(underTransactionMACKey: key) == true)
        #expect(evidence.isGenuine(underTransactionMACKey: campus.uidKey) == false)
        let bytes = evidence.canonicalBytes
        // Every byte from the UID on, but for the application and the messaging, which the card does not cover.
        for index in bytes.indices where index >= 2 && !(9..<12).contains(index) {
            var changed = bytes
            changed[index] ^= 0x01
            guard let read = DESFireDebitEvidence(canonicalBytes: changed) else { continue }
            #expect(read.isGenuine(underTransactionMACKey: key) == false, "byte \(index)")
        }
        #expect(mac.counter == 1)
        var unproven = evidence
        unproven.transactionMAC = nil
        #expect(unproven.isGenuine(underTransactionMACKey: key) == nil)
    }

    @Test("no description shows identity, UID or proof")
    func hidden() throws {
        let evidence = try evidence()
        var dumped = ""
        dump(evidence, to: &dumped)
        for text in ["\(evidence)", String(reflecting: evidence), dumped] {
            #expect(!text.contains("782E21") && !text.contains("010203"))
        }
    }
}
