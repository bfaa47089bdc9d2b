import Foundation
import SmartCards
import Testing

@Suite struct ReaderQuirksTests {
    @Test(
        "a reader is known by the names that its drivers give it",
        arguments: [
            ("ACS ACR122U PICC Interface 00 00", "ACS ACR122U"),
            ("ACS ACR122U 00 00", "ACS ACR122U"),
            ("ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] (RR123-0001) 00 00", "ACS ACR1252U"),
            ("ACS ACR1252 Dual Reader [ACR1252 Dual Reader SAM] (RR123-0001) 01 00", "ACS ACR1252U, SAM slot"),
            ("ACS ACR1252 1S CL Reader 00 00", "ACS ACR1252U"),
            ("ACS ACR1255U-J1 PICC Reader 00 00", "ACS ACR1255U-J1"),
            ("ACS ACR1281 1S Dual Reader 00 01", "ACS ACR1281U"),
            ("HID Global OMNIKEY 5022 Smart Card Reader 00 00", "HID OMNIKEY 5022"),
            ("HID Global OMNIKEY 5023 Smart Card Reader 00 00", "HID OMNIKEY 5023"),
            ("HID Global OMNIKEY 5122 Dual [OMNIKEY 5122CL Dual] 00 00", "HID OMNIKEY 5122"),
            ("HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422CL Smartcard Reader] 00 00", "HID OMNIKEY 5422"),
            ("HID OMNIKEY 5427 CK 00 00", "HID OMNIKEY 5427 CK"),
            ("Identiv uTrust 3700 F CL Reader [uTrust 3700 F CL Reader] (5399) 00 00", "Identiv uTrust 3700 F"),
            ("Identiv uTrust 3720 Contactless Reader 00 00", "Identiv uTrust 3720 F"),
            (
                "Identiv Identiv uTrust 4701 F Dual Interface Reader [uTrust 4701 F CL Reader] (1) 00 00",
                "Identiv uTrust 4701 F"
            ),
            (
                "Identiv Identiv uTrust 4701 F Dual Interface Reader [uTrust 4701 F Contact Reader] (1) 01 00",
                "Identiv uTrust 4701 F, contact slot"
            ),
            (
                "Identiv Identiv uTrust 4711 F CL + SAM Reader [uTrust 4711 F CL Reader] (1) 00 00",
                "Identiv uTrust 4711 F"
            ),
            (
                "Identiv Identiv uTrust 4711 F CL + SAM Reader [uTrust 4711 F SAM Reader] (1) 01 00",
                "Identiv uTrust 4711 F, SAM slot"
            ),
            ("Feitian R502 00 00", "Feitian R502"),
            ("Jinmuyu Electronics Co., Ltd. MR800 00 00", "Jinmuyu MR800"),
            ("DUALi DE-620 Combi 00 00", "DUALi"),
            ("DUALi DRAGON NFC READER [DRAGON SAM READER] 01 00", "DUALi Dragon, SAM slot"),
            ("Virtual PCD 00 00", "Virtual PCD"),
            ("Gemalto PC Twin Reader (70D7E2EE) 00 00", "unknown"),
            ("", "unknown"),
        ])
    func model(readerName: String, model: String) {
        #expect(ReaderQuirks.of(readerName: readerName).model == model)
    }

    @Test("of an unknown reader nothing is assumed")
    func unknown() {
        let quirks = ReaderQuirks.of(readerName: "Some Reader of 2030 00 00")
        #expect(quirks.valueDialect == nil && quirks.feedback == nil && quirks.commandLengthMaximum == nil)
        #expect(!quirks.needsRemovalPolling && !quirks.givesEmptyAnswers && !quirks.isSecureModuleSlot)
    }

    @Test("a slot for a secure module is sent neither value commands nor signals")
    func secureModuleSlots() {
        let slots = ReaderQuirks.table.filter(\.isSecureModuleSlot)
        #expect(slots.count == 3)
        for slot in slots { #expect(slot.valueDialect == nil && slot.feedback == nil, "\(slot.model)") }
    }

    @Test("a model stands once, and no entry is hidden behind an earlier one")
    func reachable() {
        #expect(Set(ReaderQuirks.table.map(\.model)).count == ReaderQuirks.table.count)
        for (index, entry) in ReaderQuirks.table.enumerated() {
            // A name that fits the pattern: any text for each `*`.
            let name = entry.names.description.replacing("*", with: " ")
            let first = ReaderQuirks.table.firstIndex { $0.names.matches(name) }
            #expect(first == index, "\(entry.model)")
        }
    }

    @Test("every command of a feedback is a whole short one, and every signal has one")
    func feedbackLayout() throws {
        for quirks in ReaderQuirks.table {
            guard let feedback = quirks.feedback else { continue }
            for signal in ReaderSignal.allCases {
                let commands = feedback.commands(for: signal)
                #expect(!commands.isEmpty, "\(quirks.model) \(signal)")
                for command in commands { #expect(command.count == 5 + Int(try #require(command.dropFirst(4).first))) }
            }
        }
    }

    @Test("the readers' lights are not mixed up: green is accepted, red is refused")
    func colours() {
        // ACR1255U-J1: green is bit 0. ACR1252U and ACR1281U: red is bit 0.
        #expect(ReaderFeedback.acsGreenFirst.commands(for: .accepted).first == [0xE0, 0, 0, 0x29, 1, 0b01])
        #expect(ReaderFeedback.acsGreenFirst.commands(for: .refused).first == [0xE0, 0, 0, 0x29, 1, 0b10])
        #expect(ReaderFeedback.acsRedFirst.commands(for: .accepted).first == [0xE0, 0, 0, 0x29, 1, 0b10])
        #expect(ReaderFeedback.acsRedFirst.commands(for: .refused).first == [0xE0, 0, 0, 0x29, 1, 0b01])
        // ACR122: final state in bits 0 (red) and 1 (green), both to be updated.
        #expect(ReaderFeedback.acr122.commands(for: .accepted).first?[3] == 0b1110)
        #expect(ReaderFeedback.acr122.commands(for: .refused).first?[3] == 0b1101)
    }

    @Test("the table in docs/reference/readers.md is the code's")
    func document() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/reference/readers.md")
        let start = "<!-- reader table made from the code: see Tests/SmartCardsTests/ReaderQuirksTests.swift -->"
        let lines = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
        let first = try #require(lines.firstIndex(of: start))
        let last = try #require(lines[first...].firstIndex(of: "<!-- end of table -->"))
        let expected = Self.rows
        if ProcessInfo.processInfo.environment["CAMPUS_TILL_WRITE_TABLES"] == "1" {
            let text = (lines[...first] + [""] + expected + [""] + lines[last...]).joined(separator: "\n")
            try text.write(to: path, atomically: true, encoding: .utf8)
        }
        #expect(lines[(first + 1)..<last].filter { !$0.isEmpty } == expected)
    }

    private static var rows: [String] {
        let header = [
            "model", "PC/SC name", "value commands", "lights and buzzer", "removal polled after LOAD KEY",
            "empty answers", "escape needs ifdDriverOptions", "longest command", "SAM slot",
        ]
        func yes(_ value: Bool) -> String { value ? "yes" : "" }
        let entries = (ReaderQuirks.table + [.unknown]).map { entry in
            [
                entry.model, "`\(entry.names)`", entry.valueDialect?.rawValue ?? "none",
                entry.feedback?.path.rawValue ?? "none", yes(entry.needsRemovalPolling), yes(entry.givesEmptyAnswers),
                yes(entry.needsEscapeOption), entry.commandLengthMaximum.map { "\($0) bytes" } ?? "not known",
                yes(entry.isSecureModuleSlot),
            ]
        }
        return [header, header.map { _ in "---" }].map(Self.row) + entries.map(Self.row)
    }

    private static func row(_ columns: [String]) -> String { "| \(columns.joined(separator: " | ")) |" }
}
