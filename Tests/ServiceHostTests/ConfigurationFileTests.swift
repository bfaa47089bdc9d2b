import Foundation
import ServiceHost
import TestSupport
import Testing

/// The error of an action that must fail, as its problems.
func problems(
    _ sourceLocation: SourceLocation = #_sourceLocation, of action: () throws(ConfigurationError) -> Void
) throws -> [ConfigurationError.Problem] {
    try #require(throws: ConfigurationError.self, sourceLocation: sourceLocation, performing: action).problems
}

@Suite("Configuration file as a whole")
struct ConfigurationFileTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ bytes: some Sequence<UInt8>, to name: String = "t.yaml") throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: directory.file(name)))
        return directory.file(name)
    }

    @Test("a good file is read from disk and finishes without a problem")
    func good() throws {
        let file = try ConfigurationFile(path: write("merchant: canteen-1 # the east gate\n".utf8))
        let merchant = file.root.string("merchant")
        try file.finish()
        #expect(try merchant.value == "canteen-1")
    }

    @Test("a byte order mark at the start is no part of the first key")
    func byteOrderMark() throws {
        let file = try ConfigurationFile(path: write([0xEF, 0xBB, 0xBF] + "a: 1\n".utf8))
        let a = file.root.string("a")
        try file.finish()
        #expect(try a.value == "1")
    }

    @Test("a missing file is named with the system's reason")
    func missing() throws {
        let path = directory.file("nothing.yaml")
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(path: path) }
        #expect(found == [.init(.fileUnreadable, file: path, text: "cannot be read: No such file or directory")])
        #expect(found[0].sentence == "\(path): cannot be read: No such file or directory")
    }

    @Test("a directory in place of the file is told apart")
    func isDirectory() throws {
        let path = directory.path
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(path: path) }
        #expect(found == [.init(.fileUnreadable, file: path, text: "is a directory, expected a file")])
    }

    @Test("a named pipe in place of the file is refused without waiting for it")
    func pipe() throws {
        let path = directory.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(path: path) }
        #expect(found.map(\.code) == [.fileUnreadable])
    }

    @Test("a file of exactly the largest size is read, one byte more is refused")
    func tooLarge() throws {
        let head = Array("a: 1\n#".utf8)
        let filler = [UInt8](repeating: UInt8(ascii: "x"), count: ConfigurationFile.maximumSize - head.count)
        let fits = try ConfigurationFile(path: write(head + filler))
        #expect(try fits.root.string("a").value == "1")
        let path = try write(head + filler + [UInt8(ascii: "x")])
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(path: path) }
        #expect(found.map(\.code) == [.fileTooLarge])
    }

    @Test("bytes that are not UTF-8 are refused")
    func notText() throws {
        let path = try write(Array("a: ".utf8) + [0xD6, 0xD0, 0x0A])
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(path: path) }
        #expect(found == [.init(.notText, file: path, text: "expected UTF-8 text")])
    }

    @Test(
        "a file without any key is an error of its own", arguments: ["", "\n\n", "# only a comment\n", "---\n", "~\n"])
    func empty(text: String) throws {
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(text: text, name: "t") }
        #expect(found == [.init(.emptyFile, file: "t", text: "expected keys, found an empty file")])
    }

    @Test("a file that is a list or a single value is refused", arguments: ["- a\n- b\n", "hello\n"])
    func noKeys(text: String) throws {
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(text: text, name: "t") }
        #expect(found.map(\.code) == [.wrongValue])
        #expect(found[0].line == 1)
    }

    @Test(
        "broken YAML is reported with its line",
        arguments: [
            ("a: 1\nb: [1, 2\nc: 3\n", 3), ("a: 1\n\tb: 2\n", 2), ("a: 1\nb: 'never closed\n", 3),
            ("a: 1\nb: *nowhere\n", 2), ("a: 1\nb: x: y\n", 2), ("a: 1\n---\nb: 2\n", 2),
        ])
    func malformed(text: String, line: Int) throws {
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(text: text, name: "t") }
        #expect(found.map(\.code) == [.malformed])
        #expect(found[0].line == line)
    }

    @Test("a control character is reported with its line")
    func controlCharacter() throws {
        let text = "a: 1\nb: 2\nc: \u{1}\n"
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(text: text, name: "t") }
        #expect(found.map(\.code) == [.malformed])
        #expect(found[0].line == 3)
    }

    @Test("broken YAML shows nothing of the line, which may hold a secret")
    func malformedHidesContent() throws {
        for text in ["secret: hunter2: x\n", "secret: 'hunter2\n", "hunter2: 1\nsecret: *hunter2\n"] {
            let error = try #require(throws: ConfigurationError.self) { try ConfigurationFile(text: text, name: "t") }
            #expect(!String(describing: error).contains("hunter2"))
        }
    }

    @Test("a key that stands twice is refused and named")
    func duplicate() throws {
        let text = "a: 1\nlanes:\n  x: 1\n  y: 2\n  x: 3\n"
        let found = try problems { () throws(ConfigurationError) in _ = try ConfigurationFile(text: text, name: "t") }
        #expect(
            found == [
                .init(.duplicateKey, file: "t", line: 3, text: "\"x\" stands more than once in this section")
            ])
    }

    @Test("an unknown key is reported with line, path and the key that was meant")
    func unknown() throws {
        let file = try ConfigurationFile(text: "hub:\n  budgte: 1s\n  url: x\ncolour: red\n", name: "t.yaml")
        let hub = file.root.section("hub")
        _ = hub.string("url")
        _ = hub.string("budget", default: "x")
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(
            found.map(\.sentence) == [
                "t.yaml:2: hub.budgte: unknown key; did you mean \"budget\"?", "t.yaml:4: colour: unknown key",
            ])
        #expect(found.map(\.code) == [.unknownKey, .unknownKey])
    }

    @Test(
        "a hyphen or upper case is recognised as the same word, and a distant word is not suggested",
        arguments: [("poll-interval", "poll_interval"), ("Poll_Interval", "poll_interval"), ("id", nil), ("x", nil)])
    func suggestion(written: String, meant: String?) throws {
        let file = try ConfigurationFile(text: "\(written): 1\n", name: "t")
        _ = file.root.string("poll_interval", default: "x")
        _ = file.root.string("ab", default: "x")
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(found[0].text == "unknown key" + (meant.map { "; did you mean \"\($0)\"?" } ?? ""))
    }

    @Test("a section that nothing asks for is one unknown key, not one for each of its keys")
    func unknownSection() throws {
        let file = try ConfigurationFile(text: "a: 1\nmeters:\n  x: 1\n  y: 2\n", name: "t")
        _ = file.root.string("a")
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(found.map(\.sentence) == ["t:2: meters: unknown key"])
    }

    @Test("a key that is itself a list is refused")
    func keyIsAList() throws {
        let file = try ConfigurationFile(text: "a: 1\n? [x, y]\n: 2\n", name: "t")
        _ = file.root.string("a")
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(found.map(\.code) == [.unknownKey])
        #expect(found[0].line == 2)
    }

    @Test("all problems are reported at once, in the order of the file, and the number is the first one's")
    func collected() throws {
        let text = "terminal:\n  id: [1]\nextra: 1\nbudget: soon\nlanes:\n  - id: ''\n  - 7\n"
        let file = try ConfigurationFile(text: text, name: "t")
        _ = file.root.duration("budget", in: .zero ... .seconds(1))
        for lane in file.root.sections("lanes", count: 1...4) {
            _ = lane.string("id")
            _ = lane.string("reader", default: "r")
        }
        let terminal = file.root.section("terminal")
        _ = terminal.string("id")
        _ = terminal.string("merchant")
        let error = try #require(throws: ConfigurationError.self) { try file.finish() }
        #expect(
            error.problems.map { "\($0.line ?? 0) \($0.key ?? "") \($0.code.rawValue)" } == [
                "1 terminal.merchant 5008", "2 terminal.id 5009", "3 extra 5007", "4 budget 5009",
                "6 lanes[0].id 5009", "7 lanes[1] 5009",
            ])
        #expect(error.number == 5008)
        #expect(String(describing: error).hasPrefix("E5008: t:1: terminal.merchant: missing key, expected text\nt:2: "))
    }

    @Test("the shipped examples are well-formed", arguments: ["tilld.yaml", "till-hub.yaml"])
    func examples(name: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        _ = try ConfigurationFile(path: root.appendingPathComponent("config/\(name)").path)
    }
}
