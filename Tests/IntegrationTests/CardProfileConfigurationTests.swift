import Foundation
import Lab
import TestSupport
import Testing

extension Integration {
    /// What `tilld` says about card profiles before it runs.
    @Suite struct CardProfileConfigurationTests {
        private static let purse = """
            card_profiles:
              - kind: purse
                name: campus-card
                proof: secure_module
                tender: purse
                directory:
                  environment: "1PAY.SYS.DDF01"
                  prefix: "A000000386"
                algorithms: [0, 2]
                compound:
                  file: 7
                  record_identifier: 1
                  limits: {window_count: 1, window_amount: 30.00, day_count: 4, day_amount: 100.00}
                load: {key_index: 1, pin: true}
            service_windows: [{id: 1, from: "06:30", to: "09:00"}, {id: 2, from: "09:00", to: "24:00"}]
            secure_module: {kind: psam, reader: "ACS*SAM*"}
            """
        private static let desfire = """
            card_profiles:
              - kind: desfire
                name: campus-desfire
                application: "A1B2C3"
                key: {number: 1, secret_credential: desfire-key, diversification: [uid, application, "4E5850"]}
                uid_key: {number: 2, secret_credential: desfire-uid-key}
                messaging: best
                identity: {file: 1, communication: mac, length: 10}
                purse:
                  value_file: {number: 2}
                  record_file: {number: 3, communication: plain}
                  transaction_mac_file: {number: 4}
                tender: purse
            """
        private static let classic = """
            card_profiles:
              - kind: mifare_classic
                name: old-card
                identity:
                  {block: 4, offset: 2, length: 8, encoding: bcd, key: {kind: a, secret_credential: identity-key}}
                purse:
                  primary: {value_block: 8, record_block: 9, key: {kind: b, derived: true, secret_credential: purse}}
                  backup: {value_block: 10, record_block: 12, key: {kind: b, derived: true, secret_credential: purse}}
                tender: purse
                key_slot: {number: 1, volatile: false}
            """

        private struct Case {
            let text: String
            let old: String
            let new: String
            let problems: [String]

            init(_ text: String, _ old: String, _ new: String, _ problems: String...) {
                self.text = text
                self.old = old
                self.new = new
                self.problems = problems
            }
        }

        private static let good: [(String, String, String)] = [
            (purse, "", ""), (desfire, "", ""), (classicWithSectors, "", ""),
            (purse, "record_identifier: 1", "record_number: 2"),
            (
                purse, "    directory:\n      environment: \"1PAY.SYS.DDF01\"\n      prefix: \"A000000386\"\n",
                "    application: \"3F01\"\n"
            ),
            (desfire, "    purse:\n", "    purse: \n"),
        ]

        /// The copies in one sector each.
        private static let classicWithSectors = classic.replacingOccurrences(
            of: "value_block: 10, record_block: 12", with: "value_block: 12, record_block: 13")

        private static let bad: [Case] = [
            Case(
                purse, "directory:", "application: \"3F01\"\n    directory:",
                "card_profiles[0].application: the section"),
            Case(purse, "prefix: \"A000000386\"", "prefix: \"A0000003861\"", ":15: card_profiles[0].directory.prefix"),
            Case(purse, "environment:", "enviroment:", "did you mean \"environment\"?"),
            Case(purse, "algorithms: [0, 2]", "algorithms: [0, 256]", "card_profiles[0].algorithms: expected a list"),
            Case(purse, "file: 7", "file: 31", "card_profiles[0].compound.file: expected a whole number from 1 to 30"),
            Case(purse, "record_identifier: 1", "record_identifier: 1\n      record_number: 1", "record_number"),
            Case(purse, "      record_identifier: 1\n", "", "record_identifier: expected record_identifier or"),
            Case(purse, "window_count: 1,", "window_count: 256,", "compound.limits.window_count"),
            Case(purse, "tender: purse", "tender: account", "card_profiles[0].compound: a card counts meals only"),
            Case(purse, "proof: secure_module", "proof: none", "card_profiles[0].tender: a purse is debited only"),
            Case(purse, "load: {key_index: 1, pin: true}", "load:", "card_profiles[0].load: expected a section"),
            Case(purse, "pin: true", "pin: maybe", "card_profiles[0].load.pin: expected true or false"),
            Case(
                purse,
                "service_windows: [{id: 1, from: \"06:30\", to: \"09:00\"}, "
                    + "{id: 2, from: \"09:00\", to: \"24:00\"}]", "", "window_count counts in service_windows"),
            Case(purse, "id: 2", "id: 1", "service_windows[1].id: another window has this number"),
            Case(purse, "from: \"09:00\"", "from: \"08:59\"", "service_windows[1].from: another window is open"),
            Case(purse, "from: \"06:30\"", "from: \"6:30\"", "service_windows[0].from: expected a time of day"),
            Case(purse, "to: \"09:00\"", "to: \"06:30\"", "service_windows[0].to: a window ends after it begins"),
            Case(purse, "to: \"24:00\"", "to: \"24:01\"", "service_windows[1].to: expected a time of day"),
            Case(desfire, "\"A1B2C3\"", "\"A1B2\"", ":11: card_profiles[0].application: expected a DESFire"),
            Case(desfire, "{number: 1, secret", "{number: 14, secret", "card_profiles[0].key.number"),
            Case(desfire, "secret_credential: desfire-key", "secret_credential: \"../key\"", "key.secret_credential"),
            Case(desfire, "secret_credential: desfire-key", "hex: \"00\"", "key.hex: unknown key", "missing key"),
            Case(desfire, "[uid, application, \"4E5850\"]", "[uid, terminal]", "key.diversification: expected a list"),
            Case(desfire, "\"4E5850\"", "\"" + String(repeating: "4E", count: 22) + "\"", "at most 31 bytes"),
            Case(desfire, "desfire-uid-key}", "desfire-uid-key, diversification: [uid]}", "uid_key.diversification"),
            Case(desfire, "messaging: best", "messaging: ev3", "card_profiles[0].messaging: expected one of ev1"),
            Case(desfire, "length: 10", "length: 11", "card_profiles[0].identity.length"),
            Case(desfire, "record_file: {number: 3", "record_file: {number: 2", "this is the value file"),
            Case(desfire, "mac_file: {number: 4", "mac_file: {number: 3", "another file of the purse has this number"),
            Case(desfire, "identity: {file: 1", "identity: {file: 2", "would overwrite the card's number"),
            Case(classicWithSectors, "block: 4,", "block: 7,", "identity.block: expected a block from 1 to 254"),
            Case(classicWithSectors, "length: 8", "length: 11", "identity.length: bcd has at most 10 bytes"),
            Case(classicWithSectors, "offset: 2", "offset: 9", "identity.length: the number goes beyond"),
            Case(classicWithSectors, "kind: a", "kind: c", "identity.key.kind: expected one of a, b"),
            Case(classicWithSectors, "block: 4,", "block: 8,", "primary.value_block: the purse would overwrite"),
            Case(classicWithSectors, "record_block: 9", "record_block: 8", "primary.record_block: this is the value"),
            Case(classic, "", "", "backup.record_block: value and record of one copy stand in one sector"),
            Case(
                classicWithSectors, "value_block: 12, record_block: 13", "value_block: 9, record_block: 10",
                "backup.value_block: the primary copy stands"),
            Case(
                classicWithSectors, "value_block: 12, record_block: 13, key: {kind: b, derived: true",
                "value_block: 10, record_block: 8, key: {kind: a, derived: true", "backup.key: both copies stand in"),
            Case(classicWithSectors, "    purse:\n", "    unused:\n", "tender: the card's own purse pays only"),
            Case(
                classicWithSectors + "\n  - {kind: identity_only, name: old-card}", "", "",
                "card_profiles[1].name: another profile has this name"),
            Case(
                classicWithSectors, "card_profiles:\n",
                "card_profiles:\n  - {kind: identity_only, name: any}\n", "card_profiles[0].kind: identity_only fits"),
            Case(
                classicWithSectors + "\n" + desfire.replacingOccurrences(of: "card_profiles:\n", with: ""), "", "",
                "card_profiles[0].kind: a CPU card may play a memory card"),
        ]

        private let directory: TemporaryDirectory
        private let path: String

        init() throws {
            directory = try TemporaryDirectory()
            path = directory.file("tilld.yaml")
        }

        private func write(_ profiles: String) throws {
            let head = """
                terminal: {id: "000000000001", merchant: canteen-1}
                state_directory: "\(directory.file("state"))"
                control_socket: "\(directory.file("tilld.sock"))"
                hub: {url: "http://127.0.0.1:1", secret_file: "\(directory.file("secret"))"}
                lanes:
                  - id: lane-1
                    reader: "Virtual PCD 00 00"

                """
            try (head + profiles + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        }

        private func tilld(
            _ arguments: String..., environment: [String: String] = [:]
        ) async throws -> LabCommand.Result {
            try await LabCommand.run(
                try programsFolder() + "/tilld", arguments + ["--config", path], environment: environment,
                within: .seconds(120))
        }

        @Test("profiles of every kind are read, with every key", .timeLimit(.minutes(15)))
        func accepted() async throws {
            for (text, old, new) in Self.good {
                try write(old.isEmpty ? text : text.replacingOccurrences(of: old, with: new))
                let result = try await tilld("--check-config")
                #expect(result.status == 0, "\(new): \(result.error)")
            }
        }

        @Test(
            "a wrong value, an unknown key and a contradiction are named with file, line and key",
            .timeLimit(.minutes(15)))
        func refused() async throws {
            for wrong in Self.bad {
                let text =
                    wrong.old.isEmpty
                    ? wrong.text : wrong.text.replacingOccurrences(of: wrong.old, with: wrong.new)
                #expect(wrong.old.isEmpty || text != wrong.text, "\(wrong.old) is not there")
                try write(text)
                let result = try await tilld("--check-config")
                #expect(result.status == 78, "\(wrong.new): \(result)")
                #expect(result.error.contains(#/tilld\.yaml:[0-9]+: /#), "\(result.error)")
                for problem in wrong.problems {
                    #expect(result.error.contains(problem), "\(wrong.new): \(result.error)")
                }
            }
        }

        @Test(
            "a key that is missing, open to others or malformed stops the start and is not shown",
            .timeLimit(.minutes(15)))
        func keys() async throws {
            let credentials = directory.file("credentials")
            try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: true)
            try write(
                Self.desfire.replacingOccurrences(
                    of: "secret_credential: desfire-key",
                    with: "secret_credential: desfire-key, secret_file: \"\(directory.file("key"))\""))
            let environment = ["CREDENTIALS_DIRECTORY": credentials]
            let digits = "00112233445566778899AABBCCDDEE"
            func put(_ text: String, _ file: String, mode: Int = 0o600) throws {
                let isMade = FileManager.default.createFile(
                    atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
                try #require(isMade)
            }

            let missing = try await tilld(environment: environment)
            #expect(missing.status == 78)
            #expect(missing.error.contains("E5020"), "\(missing.error)")
            #expect(missing.error.contains("card_profiles[0].key: card profile \"campus-desfire\""), "\(missing.error)")

            try put(digits + "FF\n", directory.file("key"), mode: 0o644)
            try put(digits + "FF\n", credentials + "/desfire-uid-key")
            let exposed = try await tilld(environment: environment)
            #expect(exposed.status == 78)
            #expect(exposed.error.contains("E5021"), "\(exposed.error)")

            for text in [digits, digits + "FFFF", digits + "GG", "\u{7F}"] {
                try put(text, directory.file("key"))
                let malformed = try await tilld(environment: environment)
                #expect(malformed.status == 78)
                #expect(malformed.error.contains("E5022"), "\(malformed.error)")
                #expect(malformed.error.contains("32 hexadecimal digits"), "\(malformed.error)")
                #expect(!malformed.error.contains(digits), "a key is in the message")
            }
            #expect(!FileManager.default.fileExists(atPath: directory.file("state")), "something was made")

            // With both keys the start goes on, and fails for want of the terminal's own secret.
            try put(digits + "FF", directory.file("key"))
            try FileManager.default.createDirectory(
                atPath: directory.file("state"), withIntermediateDirectories: true)
            let complete = try await tilld(environment: environment)
            #expect(complete.status == 78)
            #expect(complete.error.contains("\"terminal-secret\""), "\(complete.error)")
            #expect(!complete.error.contains("desfire"), "\(complete.error)")

            try write(Self.classicWithSectors)
            let none = try await tilld(environment: environment)
            #expect(none.error.contains("\"identity-key\""), "\(none.error)")
            try put(digits + "FF", credentials + "/purse")
            try put(digits + "FF", credentials + "/identity-key")
            let long = try await tilld(environment: environment)
            #expect(long.status == 78)
            #expect(long.error.contains("12 hexadecimal digits"), "\(long.error)")
            try put("A0A1A2A3A4A5\n", credentials + "/identity-key")
            let classic = try await tilld(environment: environment)
            #expect(classic.error.contains("\"terminal-secret\"") || classic.error.contains("/secret:"))
            #expect(!classic.error.contains("card profile"), "\(classic.error)")
        }
    }
}
