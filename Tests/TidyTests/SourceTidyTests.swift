import Testing

@Suite("The sources are tidy")
struct SourceTidyTests {
    @Test("there are sources to look at")
    func present() throws {
        #expect(try Repository.sources("Sources").contains { $0.module == "Payments" })
        #expect(try Repository.sources("Tests").contains { $0.path == "Tests/TidyTests/SourceTidyTests.swift" })
    }

    @Test("dependencies point inward, and each library is imported where it belongs")
    func imports() throws {
        let found = try Repository.sources("Sources").flatMap(ImportRules.findings)
        #expect(found.isEmpty, "\(report(found))")
    }

    @Test("every module has its place in the table of imports")
    func everyModuleIsKnown() throws {
        let modules = Set(try Repository.sources("Sources").compactMap(\.module))
        let known = Set(ImportRules.pure.keys).union(ImportRules.own.keys).union(ImportRules.executables)
        #expect(modules.isSubset(of: known), "without rules: \(modules.subtracting(known).sorted())")
    }

    @Test("no source has what is not allowed in it")
    func text() throws {
        let sources = try Repository.sources("Sources")
        let all = try sources + Repository.sources("Tests")
        let found = all.flatMap(TextRules.everywhere) + sources.flatMap(TextRules.product)
        #expect(found.isEmpty, "\(report(found))")
    }

    /// What runs between the card's arrival and the durable decision. Elsewhere only watchdogs and timers sleep, beside
    /// a tap and not in it.
    private static let wayOfATap = [
        "Sources/SmartCards/", "Sources/PCSC/", "Sources/Ledger/", "Sources/Devices/Readers/CardConnection",
        "Sources/Devices/Readers/SerialThread", "Sources/Terminal/Presentation/CardDriver",
        "Sources/Terminal/Presentation/CardPresentation", "Sources/Terminal/Presentation/PurseDesk",
        "Sources/Terminal/Services/AuthorizationService", "Sources/Terminal/Services/PurseService",
    ]

    @Test("nothing sleeps on the way of a tap", arguments: wayOfATap)
    func noSleepInATap(path: String) throws {
        // A snapshot that applies rests between its pieces, so that taps come in between.
        let sources = try Repository.sources("Sources").filter {
            $0.path.hasPrefix(path) && $0.path != "Sources/Ledger/SQLiteLedger+Snapshot.swift"
        }
        #expect(!sources.isEmpty)
        for source in sources {
            #expect(!source.code.contains { $0.contains("sleep") }, "\(source.path)")
        }
    }

    @Test("everything that other modules see is documented")
    func documentation() throws {
        let found = try Repository.sources("Sources").flatMap(DocumentationRule.findings)
        #expect(found.isEmpty, "\(report(found))")
    }
}
