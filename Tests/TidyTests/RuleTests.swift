import Testing

/// The rules themselves: each must be able to find something, and must not find too much.
@Suite("The rules of tidiness")
struct RuleTests {
    private func source(_ text: String, module: String = "Payments") -> SourceFile {
        SourceFile(path: "Sources/\(module)/X.swift", text: text)
    }

    @Test("comments and literals are told from code, over interpolations, raw and multi-line literals")
    func separation() {
        let file = source(
            """
            let a = "try! // \\(b["x)"]) not a comment" // try! as!
            let c = #"a"b\\(x)"# + try!
            /* as! /* nested */ still */ let d = 1
            let e = \"\"\"
              as! "quoted"
              \"\"\"; as!
            """)
        #expect(
            file.code
                == ["let a = \"\" ", "let c = \"\" + try!", " let d = 1", "let e = \"\"", "", "; as!"].padded(to: file))
        #expect(file.codeAndComments[0] == "let a = \"\" // try! as!")
        #expect(file.lines.count == file.code.count)
    }

    @Test("banned text is found in code and not in comments or literals")
    func bannedText() {
        let bad = [
            "try! f()", "x as! Y", "Task.detached {}", "precondition(a)", "  assert(b)", "let d = Date()", "Date.now",
            "let x: Double", "f(Decimal(1))",
        ]
        for line in bad { #expect(TextRules.product(source(line)).count == 1, "\(line)") }
        let good = [
            "// try! is never used", "let a = \"try! as! Date()\"", "invariant(a)", "#expect(x.assert(1))",
            "let dispatchPrecondition = 1", "struct Dated {}", "try? f()", "x as? Y", "DateComponents()",
        ]
        for line in good { #expect(TextRules.product(source(line)).isEmpty, "\(line)") }
        #expect(TextRules.product(source("let d = Date()", module: "tilld")).isEmpty)
        #expect(TextRules.product(source("let x: Double", module: "Hub")).isEmpty)
    }

    @Test("what holds for tests too is found there")
    func everywhere() {
        let word = "TO" + "DO"
        #expect(TextRules.everywhere(source("// \(word): later")).count == 1)
        #expect(TextRules.everywhere(source("let \(word)S = 1")).isEmpty)
        #expect(TextRules.everywhere(source("usleep(10)")).count == 1)
        #expect(TextRules.everywhere(source("nonisolated(unsafe) var x")).count == 1)
        #expect(TextRules.everywhere(source(String(repeating: "x", count: 120))).isEmpty)
        #expect(TextRules.everywhere(source(String(repeating: "x", count: 121))).count == 1)
        #expect(TextRules.everywhere(source(String(repeating: "x\n", count: 500))).isEmpty)
        #expect(TextRules.everywhere(source(String(repeating: "x\n", count: 501))).count == 1)
    }

    @Test(
        "imports against the layers are found, in every spelling",
        arguments: [
            ("Payments", "import FoundationEssentials"), ("SmartCards", "import Crypto"),
            ("PaymentCodes", "@preconcurrency import Glibc"), ("Devices", "import CPCSC"), ("tilld", "import GRDB"),
            ("Ledger", "package import Uplink"), ("Terminal", "import Ledger"), ("Hub", "import AsyncHTTPClient"),
            ("Uplink", "import Hummingbird"), ("Control", "import Foundation"),
            ("tilld", "import struct Foundation.Date"),
            ("Hub", "import Terminal"), ("Simulation", "import Yams"),
        ])
    func wrongImports(module: String, line: String) {
        #expect(ImportRules.findings(in: source(line, module: module)).count == 1)
    }

    @Test(
        "imports with the layers are not",
        arguments: [
            ("Payments", "import Synchronization"), ("SmartCards", "import COpenSSL"), ("Hub", "import Foundation"),
            ("Ledger", "import GRDB"), ("ServiceHost", "import FoundationEssentials"),
            ("till-lab", "import Simulation"),
            ("Terminal", "// import Ledger"), ("Terminal", "let importer = 1"), ("Devices", "import Glibc"),
        ])
    func rightImports(module: String, line: String) {
        #expect(ImportRules.findings(in: source(line, module: module)).isEmpty)
    }

    @Test("undocumented types and requirements are found, documented and inner ones are not")
    func documentation() {
        let file = source(
            """
            package struct Bare {}
            /// Said.
            @frozen package enum Said: Int { case a }
            /// Said.
            package protocol Port {
                /// Said.
                func said()
                var bare: Int { get }
                static func alsoBare()
                /// Said for both.
                var first: Int { get }
                var second: Int { get }
            }
            struct Inner { func f() {} }
            /// Said.
            package struct Failure {
                package enum Code: Int { case a = 1001 }
                package final class Deep {}
            }
            """)
        #expect(DocumentationRule.findings(in: file).map(\.line) == [1, 8, 9, 18])
    }

    @Test("broken links and paths of a machine are found")
    func markdown() {
        let text =
            """
            [a](b.md) [c](../d.md#x) [e](https://f) [g](#h)
            ```
            [i](no.md)
            ```
            `[j](no.md)` [k](no.md)
            [l](../../m)
            """
        let found = MarkdownRules.brokenLinks("docs/x.md", text) { ["docs/b.md", "d.md"].contains($0) }
        #expect(found.map(\.line) == [5, 6])
        #expect(MarkdownRules.machinePaths("x.md", "see `/home/me/x`").count == 1)
        #expect(MarkdownRules.machinePaths("x.md", "see /var/lib/campus-till, docs/home/x and /etc/opt/y").isEmpty)
    }

    @Test("error numbers are found with their owner and their meaning")
    func errorCodes() {
        let file = source(
            """
            package struct DiskError {
                package enum Code: Int {
                    /// No room.
                    case full = 3001
                    case gone = 3002
                    case wornOut = 3003
                }
                var message: String {
                    switch code {
                    case .full: "the disk is full"
                    default: ""
                    }
                }
            }
            enum DeclineReason: Int { case x = 5101 }
            package enum LinkRefusal: Int {
                /// The other end
                /// said no.
                case refused = 4001
                case batchTooLarge = 4002
            }
            """)
        #expect(
            ReferenceTables.codes(in: file) == [
                .init(number: 3001, name: "DiskError.full", meaning: "the disk is full"),
                .init(number: 3002, name: "DiskError.gone", meaning: "gone"),
                .init(number: 3003, name: "DiskError.wornOut", meaning: "worn out"),
                .init(number: 4001, name: "LinkRefusal.refused", meaning: "the other end said no"),
                .init(number: 4002, name: "LinkRefusal.batchTooLarge", meaning: "batch too large"),
            ])
    }

    @Test("key paths are read off an example, the ones in comments too")
    func exampleKeys() {
        let text = """
            # A comment with a colon: no key.
            a: 1
            # b: 2
            list:
              - id: x
                inner:
                  # deep: 1
                # last: 2
            empty:
              # one: 1
            """
        #expect(
            ExampleConfiguration.keys(text) == [
                "a", "b", "list[].id", "list[].inner.deep", "list[].last", "empty.one",
            ])
    }
}

extension [String] {
    /// With empty lines at the end, as many as `file` has.
    fileprivate func padded(to file: SourceFile) -> [String] {
        self + Array(repeating: "", count: Swift.max(0, file.lines.count - count))
    }
}
