import Certificates
import Payments
import Testing

@Suite("Enrolment codes")
struct EnrolmentCodeTests {
    @Test("a code is read back from what people type")
    func reading() throws {
        let root = try Campus.authority().root
        let secret = Campus.random(EnrolmentCode.partLength)
        let text = EnrolmentCode(secret: secret, root: root).text
        #expect(text.split(separator: "-").map(\.count) == Array(repeating: 5, count: 10))
        let typed = [
            text, text.lowercased(), text.replacing("-", with: ""), " " + text.replacing("-", with: " ") + "\n",
            text.replacing("0", with: "O").replacing("1", with: "l"),
        ]
        for text in typed {
            let code = try EnrolmentCode(text: text)
            #expect(code.secret == secret)
            #expect(code.recognises(root))
        }
    }

    @Test("another campus's authority is not recognised")
    func otherAuthority() throws {
        let code = EnrolmentCode(secret: Campus.random(15), root: try Campus.authority().root)
        #expect(!code.recognises(try Campus.authority().root))
    }

    @Test("a wrong, missing or additional symbol and two exchanged ones are found before anything is sent")
    func typingErrors() throws {
        let text = EnrolmentCode(secret: Campus.random(15), root: try Campus.authority().root).text
            .replacing("-", with: "")
        var symbols = Array(text)
        var missed = 0
        for index in symbols.indices {
            let right = symbols[index]
            symbols[index] = right == "7" ? "8" : "7"
            if (try? EnrolmentCode(text: String(symbols))) != nil { missed += 1 }
            symbols[index] = right
            guard index > 0, symbols[index - 1] != right else { continue }
            symbols.swapAt(index, index - 1)
            if (try? EnrolmentCode(text: String(symbols))) != nil { missed += 1 }
            symbols.swapAt(index, index - 1)
        }
        // Ten bits of check: one in 1,024 passes by chance.
        #expect(missed <= 2)
        for wrong in ["", String(text.dropLast()), text + "0", "U" + text.dropFirst(), "校园"] {
            #expect(throws: CertificateError(.enrolmentCodeMalformed)) { try EnrolmentCode(text: wrong) }
        }
    }

    @Test("promise 13: codes and keys show nothing of themselves")
    func privacy() throws {
        let identity = try Campus.identity(Campus.authority())
        let code = EnrolmentCode(secret: Campus.random(15), root: identity.root)
        for shown in ["\(code)", String(reflecting: code), "\(identity.key)", String(reflecting: identity.key)] {
            #expect(shown == "(enrolment code)" || shown == "(key)")
        }
        var dumped = ""
        dump(identity.key, to: &dumped)
        dump(code, to: &dumped)
        #expect(!dumped.contains(code.text))
        #expect(dumped.count < 100)
    }
}
