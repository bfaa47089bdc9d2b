import Payments
import ServiceHost
import Testing

@Suite("Values of a configuration file")
struct ConfigurationValueTests {
    /// What reading one value of `text` under `key` reports.
    private func problem<Value>(
        _ text: String, _ read: (ConfigurationSection) -> Setting<Value>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ConfigurationError.Problem {
        let file = try ConfigurationFile(text: text, name: "t")
        let setting = read(file.root)
        let found = try problems(sourceLocation) { () throws(ConfigurationError) in try file.finish() }
        #expect(found.count == 1, sourceLocation: sourceLocation)
        // The setting itself carries the same problem.
        let own = try #require(throws: ConfigurationError.self, sourceLocation: sourceLocation) { try setting.value }
        #expect(own.problems == found, sourceLocation: sourceLocation)
        return found[0]
    }

    private func value<Value>(_ text: String, _ read: (ConfigurationSection) -> Setting<Value>) throws -> Value {
        let file = try ConfigurationFile(text: text, name: "t")
        let setting = read(file.root)
        try file.finish()
        return try setting.value
    }

    @Test("text keeps what was written: zeros, words that other YAML readers take for booleans, quotes")
    func text() throws {
        #expect(try value("k: 000000000001\n") { $0.string("k") } == "000000000001")
        #expect(try value("k: no\n") { $0.string("k") } == "no")
        #expect(try value("k: \"null\"\n") { $0.string("k") } == "null")
        #expect(try value("k: 'Virtual PCD 00 00'\n") { $0.string("k") } == "Virtual PCD 00 00")
    }

    @Test("a key that is left out takes its default, and without one it is missing")
    func missing() throws {
        #expect(try value("{}\n") { $0.string("k", default: "d") } == "d")
        #expect(try value("{}\n") { $0.optionalString("k") } == nil)
        #expect(try value("k: x\n") { $0.optionalString("k") } == "x")
        #expect(try value("{}\n") { $0.strings("k", default: []) } == [])
        let found = try problem("{}\n") { $0.string("k") }
        #expect(found == .init(.missingKey, file: "t", key: "k", text: "missing key, expected text"))
    }

    @Test("a key without a value is an error even where a default exists", arguments: ["k:\n", "k: ~\n", "k: null\n"])
    func withoutValue(text: String) throws {
        let expected = ConfigurationError.Problem(
            .wrongValue, file: "t", line: 1, key: "k", text: "expected text, found nothing")
        #expect(try problem(text) { $0.string("k", default: "d") } == expected)
        #expect(try problem(text) { $0.optionalString("k") } == expected)
        #expect(try problem(text) { $0.boolean("k", default: true) }.code == .wrongValue)
        #expect(try problem(text) { $0.strings("k", default: []) }.code == .wrongValue)
    }

    @Test("a list or a section in place of a value is told apart")
    func wrongType() throws {
        #expect(
            try problem("a: 1\nk: [1, 2]\n") { root in
                _ = root.string("a")
                return root.string("k")
            } == .init(.wrongValue, file: "t", line: 2, key: "k", text: "expected text, found a list"))
        #expect(try problem("k: {x: 1}\n") { $0.integer("k", in: 0...9) }.text.hasSuffix("found a section"))
        #expect(try problem("k: ''\n") { $0.string("k") }.text == "expected text, found \"\"")
    }

    @Test(
        "a whole number must be in its range",
        arguments: ["0", "65536", "-1", "+1", "1.5", "0x10", "1_000", "many", " "])
    func integer(text: String) throws {
        #expect(try value("k: 8470\n") { $0.integer("k", in: 1...65535) } == 8470)
        let found = try problem("k: '\(text)'\n") { $0.integer("k", in: 1...65535) }
        #expect(found.line == 1)
        #expect(found.text == "expected a whole number from 1 to 65535, found \"\(text)\"")
    }

    @Test("only true and false are booleans", arguments: ["yes", "True", "on", "1"])
    func boolean(text: String) throws {
        #expect(try value("k: true\n") { $0.boolean("k") })
        #expect(try !value("k: false\n") { $0.boolean("k") })
        #expect(try problem("k: \(text)\n") { $0.boolean("k") }.text == "expected true or false, found \"\(text)\"")
    }

    @Test(
        "a duration is a whole number and a unit",
        arguments: [
            ("150ms", 150), ("10s", 10_000), ("5min", 300_000), ("24h", 86_400_000), ("2d", 172_800_000), ("0s", 0),
        ])
    func duration(text: String, milliseconds: Int) throws {
        let read = try value("k: \(text)\n") { $0.duration("k", in: .zero ... .seconds(200_000)) }
        #expect(read == .milliseconds(milliseconds))
    }

    @Test(
        "a duration without unit, with a sign or fraction, or out of range is refused",
        arguments: ["150", "1.5s", "-1s", "s", "10 s", "11s", "99999999999999999999s", "9223372036854775807d", "5m"])
    func durationRefused(text: String) throws {
        let found = try problem("k: \(text)\n") { $0.duration("k", in: .milliseconds(10) ... .seconds(10)) }
        #expect(
            found.text == "expected a duration such as 150ms, 10s, 5min or 24h from 10ms to 10s, found \"\(text)\"")
    }

    @Test("an amount is yuan with at most two decimals", arguments: ["30.000", "-1.00", "¥30", "1e3", "1000000.01"])
    func amount(text: String) throws {
        #expect(try value("k: 30.00\n") { $0.amount("k") } == Amount(fen: 3000))
        #expect(try value("k: 20000\n") { $0.amount("k") } == Amount(fen: 2_000_000))
        #expect(try problem("k: \(text)\n") { $0.amount("k") }.text.hasSuffix("found \"\(text)\""))
    }

    private enum Kind: String, CaseIterable {
        case none, soft
    }

    @Test("a choice names what may be chosen")
    func choice() throws {
        #expect(try value("k: soft\n") { $0.choice("k", as: Kind.self) } == .soft)
        #expect(
            try problem("k: hard\n") { $0.choice("k", as: Kind.self) }.text
                == "expected one of none, soft, found \"hard\"")
    }

    @Test("a time zone is an offset", arguments: [("+08:00", 28_800), ("-03:30", -12_600), ("+00:00", 0)])
    func timeZone(text: String, seconds: Int64) throws {
        #expect(try value("k: \"\(text)\"\n") { $0.timeZone("k") } == seconds)
    }

    @Test(
        "anything else is no time zone",
        arguments: ["Asia/Shanghai", "+8", "+8:000", "+-8:00", "+08:00:00", "+08:60", "+15:00", "08:00", "++8:00"])
    func timeZoneRefused(text: String) throws {
        #expect(try problem("k: \"\(text)\"\n") { $0.timeZone("k") }.code == .wrongValue)
    }

    @Test("a value of the caller's own is refused with the caller's words")
    func own() throws {
        let read = { (root: ConfigurationSection) in
            root.value("id", expected: "12 hexadecimal digits") { TerminalID(text: $0) }
        }
        #expect(try value("id: \"00000000000A\"\n", read).number == 10)
        #expect(try problem("id: 10\n", read).text == "expected 12 hexadecimal digits, found \"10\"")
    }

    @Test("a list of texts names the entry that is none")
    func strings() throws {
        #expect(try value("k: [a, 2]\n") { $0.strings("k") } == ["a", "2"])
        let found = try problem("k:\n  - a\n  - {x: 1}\n") { $0.strings("k") }
        #expect(found == .init(.wrongValue, file: "t", line: 3, key: "k[1]", text: "expected text, found a section"))
        #expect(try problem("k: a\n") { $0.strings("k") }.text == "expected a list of texts, found a single value")
        #expect(try problem("{}\n") { $0.strings("k") }.code == .missingKey)
    }

    @Test("a secret is never shown, not by an error and not by printing it")
    func secret() throws {
        let secret = try value("k: hunter2\n") { $0.secret("k") }
        #expect(secret.text == "hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!("\(secret)" + String(reflecting: secret) + dumped).contains("hunter2"))
        #expect(!dumped.contains("104"))

        let refused = try problem("k: hunter2\n") { $0.value("k", expected: "hex", secret: true) { Hex.decode($0) } }
        #expect(refused.text == "expected hex, found a value that is not shown")
        #expect(try problem("k: [hunter2]\n") { $0.secret("k") }.sentence == "t:1: k: expected text, found a list")
        #expect(try !problem("k: {hunter2: x}\n") { $0.secret("k") }.sentence.contains("hunter2"))
    }

    @Test("what was found is shown on one line and not longer than a line")
    func foundIsBounded() throws {
        let long = String(repeating: "x", count: 500)
        #expect(try problem("k: \(long)\n") { $0.boolean("k") }.text.count < 120)
        #expect(try problem("k: \"a\\nb\\e[31m\"\n") { $0.boolean("k") }.text.hasSuffix("found \"a·b·[31m\""))
    }
}

@Suite("Sections of a configuration file")
struct ConfigurationSectionTests {
    @Test("a section may be left out where its keys have defaults, and one that is needed may not")
    func leftOut() throws {
        let file = try ConfigurationFile(text: "a: 1\n", name: "t")
        _ = file.root.string("a")
        let level = file.root.section("log", required: false).string("level", default: "info")
        #expect(file.root.optionalSection("meter") == nil)
        try file.finish()
        #expect(try level.value == "info")

        _ = file.root.section("terminal").string("id")
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(found == [.init(.missingKey, file: "t", key: "terminal", text: "expected a section, found nothing")])
    }

    @Test("a wrong section is reported once, not once for each of its keys")
    func reportedOnce() throws {
        let file = try ConfigurationFile(text: "hub: http://x\nlog:\n", name: "t")
        let hub = file.root.section("hub")
        let url = hub.string("url")
        _ = hub.section("deeper").integer("n", in: 0...1)
        _ = hub.sections("list", count: 1...2)
        _ = file.root.section("log", required: false).string("level", default: "info")
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(found.map(\.sentence) == ["t:1: hub: expected a section, found a single value"])
        #expect(throws: ConfigurationError.self) { try url.value }
    }

    @Test("a list of sections must be a list, and have as many as are needed")
    func sections() throws {
        let file = try ConfigurationFile(text: "lanes: []\nothers:\n  id: 1\nmore:\n  - id: 1\n  - id: 2\n", name: "t")
        #expect(file.root.sections("lanes", count: 1...16).isEmpty)
        #expect(file.root.sections("others", count: 0...2).isEmpty)
        #expect(file.root.sections("absent", count: 0...2).isEmpty)
        #expect(file.root.sections("needed", count: 1...1).isEmpty)
        let more = file.root.sections("more", count: 0...1)
        #expect(try more.map { try $0.string("id").value } == ["1", "2"])
        #expect(more.map(\.path) == ["more[0]", "more[1]"])
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(
            found.map(\.sentence) == [
                "t: needed: expected a list of 1 section, found nothing",
                "t:1: lanes: expected a list of 1 to 16 sections, found 0",
                "t:2: others: expected a list of 0 to 2 sections, found a section",
                "t:4: more: expected a list of 0 to 1 sections, found 2",
            ])
    }

    @Test("what only the caller can know is placed at the key")
    func callersProblem() throws {
        let file = try ConfigurationFile(text: "lanes:\n  - id: a\n  - id: a\n", name: "t")
        let lanes = file.root.sections("lanes", count: 1...2)
        for lane in lanes { _ = lane.string("id") }
        lanes[1].reject("id", "is the name of another lane")
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(found.map(\.sentence) == ["t:3: lanes[1].id: is the name of another lane"])
    }

    @Test("unknown keys are found in every entry of a list")
    func unknownInList() throws {
        let file = try ConfigurationFile(text: "lanes:\n  - id: a\n    raeder: x\n  - id: b\n    color: y\n", name: "t")
        for lane in file.root.sections("lanes", count: 1...2) {
            _ = lane.string("id")
            _ = lane.optionalString("reader")
        }
        let found = try problems { () throws(ConfigurationError) in try file.finish() }
        #expect(
            found.map(\.sentence) == [
                "t:3: lanes[0].raeder: unknown key; did you mean \"reader\"?", "t:5: lanes[1].color: unknown key",
            ])
    }
}
