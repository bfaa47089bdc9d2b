import Foundation
import Payments
import TestSupport
import Testing

@testable import PaymentCodes

@Suite struct CodeClassifierTests {
    private func digits(_ prefix: String, _ length: Int) -> String {
        prefix + String(repeating: "7", count: length - prefix.utf8.count)
    }

    private func classify(_ text: String) -> ScannedCode { CodeClassifier().classify(Array(text.utf8)).code }

    private func railName(_ text: String) -> String? {
        if case .walletCode(let rail) = classify(text) { rail.name } else { nil }
    }

    @Test(
        "a wallet's code is known by its prefix and length",
        arguments: [
            ("10", 18, "wechat"), ("13", 18, "wechat"), ("15", 18, "wechat"), ("25", 16, "alipay"),
            ("28", 18, "alipay"), ("30", 24, "alipay"), ("62", 19, "unionpay"), ("01", 19, "ecny"),
        ])
    func wallets(prefix: String, length: Int, name: String) {
        #expect(railName(digits(prefix, length)) == name)
    }

    @Test(
        "published sample codes are known",
        arguments: [("289431869362714645", "alipay"), ("135112298638468293", "wechat")])
    func samples(code: String, name: String) {
        #expect(railName(code) == name)
    }

    @Test(
        "digits next to a wallet's range are of no wallet",
        arguments: [
            ("09", 18), ("16", 18), ("10", 17), ("15", 19), ("24", 18), ("31", 18), ("25", 15), ("30", 25),
            ("62", 18), ("62", 20), ("63", 19), ("01", 18), ("02", 19), ("81", 18), ("82", 18), ("5678", 19),
        ])
    func noWallet(prefix: String, length: Int) {
        #expect(classify(digits(prefix, length)) == .unknown)
    }

    @Test("the campus's own codes go on, whatever the scanner puts around them")
    func campus() throws {
        let offline = digits("98", 226)
        let online = digits("96", 20)
        for (before, after) in [
            ("", ""), ("]Q1", ""), ("]Q2\\000026", ""), ("\\000026", "\r\n"), ("", "\t"), ("\r\n]Q1", "\r"),
            ("]Q1\t", "\n"),
        ] {
            #expect(classify(before + offline + after) == .campusOffline(text: offline))
            #expect(classify(before + online + after) == .campusOnline(text: online))
        }
        #expect(classify(digits("97", 226)) == .campusOffline(text: digits("97", 226)))
    }

    @Test("lengths at the edge of the campus's own codes")
    func campusLengths() {
        #expect(classify(digits("98", 99)) == .unknown)
        #expect(classify(digits("98", 100)).kind == .campusOffline)
        #expect(classify(digits("98", 1024)).kind == .campusOffline)
        #expect(classify(digits("98", 1025)) == .unknown)
        #expect(classify(digits("96", 19)) == .unknown)
        #expect(classify(digits("96", 24)).kind == .campusOnline)
        #expect(classify(digits("96", 25)) == .unknown)
        #expect(classify(digits("98", 150) + "a") == .unknown)
        #expect(classify("98 " + digits("", 150)) == .unknown)
    }

    @Test("the tables are data")
    func configured() throws {
        let rail = try #require(
            WalletRail(
                name: "test", englishName: "Test", chineseName: "测试", prefixFrom: "5678", prefixThrough: "5679",
                lengths: 19...19))
        let classifier = CodeClassifier(onlinePrefix: "55", onlineLengths: 22...22, walletRails: [rail])
        #expect(classifier.classify(Array(digits("5678", 19).utf8)).code == .walletCode(rail))
        #expect(classifier.classify(Array(digits("5680", 19).utf8)).code == .unknown)
        #expect(classifier.classify(Array(digits("55", 22).utf8)).code.kind == .campusOnline)
        #expect(classifier.classify(Array(digits("96", 22).utf8)).code == .unknown)
        #expect(classifier.classify(Array(digits("13", 18).utf8)).code == .unknown)
        let copied = try JSONDecoder().decode([WalletRail].self, from: JSONEncoder().encode(WalletRail.standard))
        #expect(copied == WalletRail.standard)
    }

    @Test(
        "a wallet that makes no sense cannot be configured",
        arguments: [
            ("", "10", "15", 18), ("x", "", "", 18), ("x", "10", "150", 18), ("x", "15", "10", 18),
            ("x", "1a", "1b", 18), ("x", "10", "15", 1), ("x", "98", "98", 100),
        ])
    func badRail(name: String, from: String, through: String, length: Int) throws {
        #expect(
            WalletRail(
                name: name, englishName: "", chineseName: "", prefixFrom: from, prefixThrough: through,
                lengths: length...length) == nil)
        let json = """
            {"name":"\(name)","englishName":"","chineseName":"","prefixFrom":"\(from)","prefixThrough":"\(through)",
            "lengthMinimum":\(length),"lengthMaximum":\(length)}
            """
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(WalletRail.self, from: Data(json.utf8)) }
    }

    @Test(
        "codes of others are known for what they are",
        arguments: [
            ("hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=", ScannedCode.emvConsumer),
            ("]Q1hQVDUFYwMQ==\r", .emvConsumer), ("HC1:6BFOXN", .health), ("shc:/5676290", .health),
            ("SHC:/5676290", .health), ("http://example.org", .link), ("HTTPS://EXAMPLE.ORG/A", .link),
            ("wxp://f2f0abc", .link), ("alipays://platformapi/startapp", .link), ("", .unknown), ("\r\n", .unknown),
            ("]Q1", .unknown), ("hQVDUF", .unknown), ("://", .unknown), ("1x://y", .unknown), ("a b://c", .unknown),
            ("hello", .unknown), ("000201", .unknown), ("１３５１１２２９８６３８４６８２９３", .unknown),
        ])
    func others(text: String, code: ScannedCode) {
        #expect(classify(text) == code)
    }

    @Test("a transit code is known by its version byte and its length", arguments: [332, 364, 226])
    func transit(count: Int) {
        let rest = count - 3
        let head: [UInt8] = [0x80, UInt8(rest >> 8), UInt8(rest & 0xFF)]
        // Ends in what looks like a line end on purpose.
        let code = head + [UInt8](repeating: 0x0D, count: rest)
        let classifier = CodeClassifier()
        #expect(classifier.classify(code).code == .transit)
        #expect(classifier.classify(Array("]Q1".utf8) + code).code == .transit)
        #expect(classifier.classify(code.dropLast()).code == .unknown)
        #expect(classifier.classify([0x7F] + code.dropFirst()).code == .unknown)
        #expect(classifier.classify(Array("最佳运输".utf8)).code == .unknown)
    }

    @Test("any bytes are classified", arguments: [31, 32, 33])
    func anything(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for count in 0..<300 {
            let scan = generator.bytes(count)
            #expect(CodeClassifier().classify(scan).code.kind != .campusOffline)
        }
    }

    @Test("every code that is not taken has a text in both languages, and the others have none")
    func texts() throws {
        let rail = try #require(WalletRail.standard.first)
        let refused: [ScannedCode] = [
            .walletCode(rail), .emvConsumer, .merchantCode, .transit, .health, .link, .unknown,
        ]
        for code in refused {
            #expect(code.englishRefusal?.isEmpty == false)
            #expect(code.chineseRefusal?.isEmpty == false)
        }
        #expect(ScannedCode.walletCode(rail).chineseRefusal?.contains("微信支付") == true)
        for code in [ScannedCode.campusOffline(text: "98"), .campusOnline(text: "96")] {
            #expect(code.englishRefusal == nil)
            #expect(code.chineseRefusal == nil)
        }
    }

    @Test("the code appears in nothing that can be printed")
    func redaction() {
        for code in [digits("98", 226), digits("96", 22)] {
            let (scanned, fingerprint) = CodeClassifier().classify(Array(code.utf8))
            var dumped = ""
            dump(scanned, to: &dumped)
            dump(fingerprint, to: &dumped)
            let printed = "\(scanned) \(fingerprint) \(String(reflecting: scanned)) \(String(reflecting: fingerprint))"
            #expect(!(printed + dumped).contains("7777"))
        }
    }

    @Test("a fingerprint tells class, length and the start of the digest")
    func fingerprint() {
        // SHA-256 of the WeChat sample begins with the four bytes below (sha256sum).
        let wallet = CodeClassifier().classify(Array("]Q1135112298638468293\r".utf8)).fingerprint
        #expect(wallet.description == "walletCode, 18 bytes, SHA-256 B071869F…")
        #expect(wallet == CodeClassifier().classify(Array("135112298638468293".utf8)).fingerprint)
    }

    @Test(
        "what has few possible values has no digest, which would give it back",
        arguments: ["20260102", "", "hQVDUFYwMQ=="])
    func noDigest(text: String) {
        let fingerprint = CodeClassifier().classify(Array(text.utf8)).fingerprint
        #expect(fingerprint.digest == nil)
        #expect(fingerprint.length == text.utf8.count)
    }
}
