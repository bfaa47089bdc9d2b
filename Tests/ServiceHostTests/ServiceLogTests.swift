import Foundation
import Logging
import Payments
import ServiceHost
import Testing

@Suite("Service log")
struct ServiceLogTests {
    /// The lines that `action` logs through a real pipe.
    private func lines(
        journal: Bool, level: Logger.Level = .trace, _ action: (inout Logger) -> Void
    ) throws -> [String] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        var status = stat()
        try #require(fstat(ends[1], &status) == 0)
        let environment = ["JOURNAL_STREAM": journal ? "\(status.st_dev):\(status.st_ino)" : "1:1"]
        let writing = ends[1]
        var logger = Logger(label: "tilld") { label in
            ServiceLog(
                label: label, level: level, environment: environment, descriptor: writing,
                now: { UnixTime(milliseconds: 1_788_262_205_007) })
        }
        action(&logger)
        close(writing)
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = read(ends[0], &buffer, buffer.count), count > 0 { all += buffer.prefix(count) }
        #expect(all.last == UInt8(ascii: "\n"))
        return String(decoding: all, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("under systemd a line begins with the syslog priority and leaves the time to the journal")
    func journal() throws {
        let found = try lines(journal: true) { logger in
            for level in Logger.Level.allCases { logger.log(level: level, "x") }
        }
        #expect(
            found == [
                "<7>tilld: x", "<7>tilld: x", "<6>tilld: x", "<5>tilld: x", "<4>tilld: x", "<3>tilld: x", "<2>tilld: x",
            ])
    }

    @Test("elsewhere a line begins with UTC time and level, also when JOURNAL_STREAM names another stream")
    func terminal() throws {
        let found = try lines(journal: false) { $0.warning("reader missing") }
        #expect(found == ["2026-09-01T11:30:05.007Z WARNING tilld: reader missing"])
    }

    @Test("metadata is sorted, quoted where it must be, and the record's own wins")
    func metadata() throws {
        let found = try lines(journal: true) { logger in
            logger[metadataKey: "lane"] = "lane-1"
            logger[metadataKey: "b"] = "old"
            logger.info("hold", metadata: ["b": "two words", "a": "", "c": "x=\"y\\z\"", "d": "plain\\"])
        }
        #expect(found == [#"<6>tilld: hold a="" b="two words" c="x=\"y\\z\"" d=plain\ lane=lane-1"#])
    }

    @Test("a record stays one line, whatever came in from outside")
    func oneLine() throws {
        let found = try lines(journal: true) { logger in
            logger.info("a\nb\r\u{1B}[31m\u{2028}c", metadata: ["scan": "x\n<2>tilld: forged", "k\ney": ["n": "1\n2"]])
        }
        try #require(found.count == 1)
        #expect(found[0].hasPrefix(#"<6>tilld: a\nb\r\u{1b}[31m\u{2028}c"#))
        #expect(found[0].contains(#"scan="x\n<2>tilld: forged""#))
    }

    @Test("records below the level are not written")
    func level() throws {
        let found = try lines(journal: true, level: .notice) { logger in
            logger.info("no")
            logger.notice("yes")
        }
        #expect(found == ["<5>tilld: yes"])
    }

    @Test("an error that belongs to a record is shown with it")
    func error() throws {
        let found = try lines(journal: true) { logger in
            logger.error("not started", error: ConfigurationError([.init(.notText, file: "f", text: "t")]))
        }
        #expect(found == [#"<3>tilld: not started error="E5003: f: t""#])
    }

    @Test("a very long record is cut at a whole character, so that a pipe takes it in one piece")
    func long() throws {
        let found = try lines(journal: true) { $0.info("\(String(repeating: "终", count: 5000))") }
        try #require(found.count == 1)
        #expect((4080...4095).contains(found[0].utf8.count))
        #expect(found[0].hasSuffix("终…"))
    }

    @Test("a reader that has gone away does not stop the service")
    func closedPipe() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let full = ends[1]
        close(ends[0])
        signal(SIGPIPE, SIG_IGN)
        let logger = Logger(label: "x") {
            ServiceLog(label: $0, level: .info, environment: [:], descriptor: full)
        }
        logger.info("nobody listens")
        close(full)
    }
}
