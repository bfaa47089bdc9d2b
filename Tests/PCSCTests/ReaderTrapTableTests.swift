import Foundation
import Testing

extension RealService {
    @Suite struct ReaderTrapTableTests {
        private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

        @Test("each trap has a test, and the table in docs/reference/readers.md is this one")
        func table() throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
                $0.hasSuffix(".swift") && $0 != "ReaderTrap.swift"
            }
            let sources = try names.map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
            for trap in ReaderTrap.all {
                #expect(sources.contains { $0.contains("\"\(trap.test)\"") }, "no test: \(trap.test)")
            }
            let path = folder.deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("docs/reference/readers.md")
            let start = "<!-- trap table made from the code: see Tests/PCSCTests/ReaderTrap.swift -->"
            let lines = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
            let first = try #require(lines.firstIndex(of: start))
            let last = try #require(lines[first...].firstIndex(of: "<!-- end of table -->"))
            if ProcessInfo.processInfo.environment["CAMPUS_TILL_WRITE_TABLES"] == "1" {
                let text = (lines[...first] + [""] + ReaderTrap.rows + [""] + lines[last...]).joined(separator: "\n")
                try text.write(to: path, atomically: true, encoding: .utf8)
            }
            #expect(lines[(first + 1)..<last].filter { !$0.isEmpty } == ReaderTrap.rows)
            print(ReaderTrap.rows.joined(separator: "\n"))
        }
    }
}
