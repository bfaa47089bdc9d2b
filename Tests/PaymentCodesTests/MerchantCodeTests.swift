import Payments
import Testing

@testable import PaymentCodes

@Suite struct MerchantCodeTests {
    /// EMVCo's own example first (Annex B.7), then codes published by other implementations.
    static let codes = [
        "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
            + "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME"
            + "91320016A0112233449988770708123456786304A13A",
        "00020101021102160004hoge0104abcd520441115303156540523.7255020256035005802CN5914BEST TRANSPORT6007BEIJING"
            + "6107123456762950105123450205678900305098760405543210505abcde0605fghij0705klmno0805pqres0903tuv1004abcd"
            + "5004ijkl64280002ZH0102北京0204最佳运输0304abcd65020080320016A0112233449988770708123456786304C659",
        "00020101021115312031041800520446JDBMSZZXE44BFS038680016A00526628466257701083217041802030020325"
            + "mchVKyozC3MbjS51h67qal4Os5204581253034185802LA5915JDBMSZZXE44BFS06009Vientiane63043F88",
        "00020126570014BR.GOV.BCB.PIX0114607011900001040217Mensagem opcional52040000530398654041.225802BR5920"
            + "Teste Batch atualiza6009SAO PAULO622605221t9OGEuUWlqWQiY0CU2YmA63048179",
        "00020101021252044131153137210116372101160123456789ABCDE6010Phnom Penh5913Merchant Shop5802KH5405"
            + "10.005303840622501081234567802090124444446304A0BA",
        "0002010102121313JCB12345678900416MASTER12345678905204531153033925407999.1235802JP5906DONGRI6005TOKYO"
            + "62240104hoge0504fuga0704piyo6304C343",
        "000201010211057704736a2f41a3-c54c-fce8-32d2-0324e1c32e22*3440e5bf-81ca-4c5f-a1b2-cf989f09a039520450245303840"
            + "54031005802US5913Test Merchant6008New York62080304123463046F6D",
    ]

    @Test("the check value of the nine digits is that of the standard")
    func checkValue() {
        #expect(CyclicRedundancyCheck16.checksum("123456789".utf8) == 0x29B1)
        #expect(CyclicRedundancyCheck16.checksum([]) == 0xFFFF)
    }

    @Test("published merchant codes are recognised", arguments: codes)
    func published(code: String) {
        #expect(MerchantCode.isIntact(Array(code.utf8)))
        #expect(CodeClassifier().classify(Array(code.utf8)).code == .merchantCode)
    }

    @Test("a merchant code with a wrong, cut or missing check is not taken for one", arguments: codes)
    func damaged(code: String) {
        let bytes = Array(code.utf8)
        let withoutCheck = Array(bytes.dropLast(4))
        #expect(!MerchantCode.isIntact(withoutCheck))
        #expect(!MerchantCode.isIntact(Array(bytes.dropLast(6))))
        #expect(!MerchantCode.isIntact(withoutCheck + Array("XXXX".utf8)))
        #expect(!MerchantCode.isIntact(bytes + [0x0A]))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x01
            #expect(!MerchantCode.isIntact(changed))
        }
        #expect(CodeClassifier().classify(withoutCheck).code == .unknown)
    }

    @Test("a check value is upper case and zero padded")
    func padding() throws {
        let padded = try #require(
            (0..<10_000).lazy.map { number -> [UInt8] in
                let body = Array("0002015405\(number + 10_000)6304".utf8)
                return body + Array(Hex.encode(CyclicRedundancyCheck16.checksum(body).bigEndianBytes(count: 2)).utf8)
            }.first { $0[$0.count - 4] == UInt8(ascii: "0") && $0.suffix(3).contains { $0 >= UInt8(ascii: "A") } })
        #expect(MerchantCode.isIntact(padded))
        #expect(!MerchantCode.isIntact(Array(padded.dropLast(4) + padded.suffix(3))))
        let lower = padded.dropLast(4) + padded.suffix(4).map { $0 >= UInt8(ascii: "A") ? $0 | 0x20 : $0 }
        #expect(!MerchantCode.isIntact(Array(lower)))
    }

    @Test("what is too short to be one is none", arguments: ["", "000201", "0002016304", "6304A13A"])
    func tooShort(text: String) {
        #expect(!MerchantCode.isIntact(Array(text.utf8)))
    }
}
