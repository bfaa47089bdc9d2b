import Foundation
import Lab
import TestSupport
import Testing

extension Integration {
    @Suite struct DemoTests {
        @Test("the demonstration plays through, and leaves no process and no file behind", .timeLimit(.minutes(15)))
        func demo() async throws {
            let directory = try TemporaryDirectory()
            // An empty folder as TMPDIR and working directory shows what the demonstration writes elsewhere.
            let elsewhere = directory.file("tmp")
            try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: false)
            let state = directory.file("s")
            let result = try await LabCommand.run(
                try programsFolder() + "/till-lab", ["demo", "--state", state, "--once"],
                environment: ["TMPDIR": elsewhere + "/", "HOME": elsewhere], within: .seconds(600))
            #expect(result.status == 0, "\(result.error)\n\(result.output.suffix(2000))")
            #expect(result.error.isEmpty)
            for letter in "abcdefgh" { #expect(result.output.contains("(\(letter))")) }
            #expect(result.output.contains("all steps came out as they must"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere) == [])
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["s", "tmp"])
            let left = try await LabCommand.run("/usr/bin/pgrep", ["-f", "-a", state], within: .seconds(120))
            #expect(left.status == 1, "processes left: \(left.output)")
        }
    }
}
