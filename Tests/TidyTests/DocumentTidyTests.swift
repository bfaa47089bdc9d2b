import Testing

@Suite("The documents are tidy")
struct DocumentTidyTests {
    @Test("every relative link leads somewhere")
    func links() throws {
        let found = try Repository.files(withExtension: "md").flatMap {
            MarkdownRules.brokenLinks($0, try Repository.text($0), exists: Repository.exists)
        }
        #expect(found.isEmpty, "\(report(found))")
    }

    @Test("no document names a path of one machine")
    func machinePaths() throws {
        let found = try Repository.files(withExtension: "md").flatMap {
            MarkdownRules.machinePaths($0, try Repository.text($0))
        }
        #expect(found.isEmpty, "\(report(found))")
    }

    @Test("decisions are numbered without gaps, and the index names each")
    func decisions() throws {
        let names = Repository.files(below: "docs/decisions", withExtension: "md")
            .compactMap { $0.split(separator: "/").last }
        let numbers = names.compactMap { Int($0.prefix(4)) }
        #expect(numbers == Array(1...max(1, numbers.count)))
        let index = try Repository.text("docs/decisions/0001-record-architecture.md")
        for name in names.dropFirst() {
            #expect(index.contains("(\(name))"), "the index does not name \(name)")
        }
    }

    @Test("the table of decline reasons is the code's")
    func declineReasons() throws {
        let differences = try ReferenceTables.differences(
            "docs/reference/decline-reasons.md", expected: ReferenceTables.declineReasons)
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    @Test("the table of error codes is the code's")
    func errorCodes() throws {
        let codes = try Repository.sources("Sources").flatMap(ReferenceTables.codes)
        let differences = try ReferenceTables.differences(
            "docs/reference/error-codes.md", expected: ReferenceTables.errorCodes(codes))
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    @Test("no error number has two meanings")
    func errorNumbersAreUnique() throws {
        let codes = try Repository.sources("Sources").flatMap(ReferenceTables.codes)
        let shared = Dictionary(grouping: codes, by: \.number).filter { $0.value.count > 1 }
        #expect(shared.isEmpty, "\(shared.mapValues { $0.map(\.name) })")
        #expect(codes.count > 20)
    }

    @Test("every key of the example configurations is in the reference, and the other way round")
    func configurationKeys() throws {
        let reference = try Repository.text("docs/reference/configuration.md")
        let documented = Set(
            reference.matches(of: /^\| `([a-z_.\[\]]+)` \|/.anchorsMatchLineEndings()).map { String($0.output.1) })
        var shipped: Set<String> = []
        for path in Repository.files(below: "config", withExtension: "yaml") {
            shipped.formUnion(ExampleConfiguration.keys(try Repository.text(path)))
        }
        #expect(documented.subtracting(shipped).isEmpty, "not in config/: \(documented.subtracting(shipped).sorted())")
        #expect(shipped.subtracting(documented).isEmpty, "not documented: \(shipped.subtracting(documented).sorted())")
    }
}
