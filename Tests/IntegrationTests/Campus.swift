import ControlClient
import ControlProtocol
import Foundation
import HubProtocol
import Lab
import Payments
import Simulation
import TestSupport
import Testing

/// Where the four programs were built: beside the test bundle.
func programsFolder() throws -> String {
    let folders = ["/proc/self/exe", CommandLine.arguments[0]].map {
        URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent().path
    }
    return try #require(
        folders.first { FileManager.default.isExecutableFile(atPath: $0 + "/tilld") },
        "tilld is not built beside the tests")
}

/// Runs `body` on a whole line of its own with two readers: `lane-1` with the scanner, and `lane-2`.
///
/// - Parameters:
///   - tender: whose money pays on the campus's cards.
///   - usesPSAM: whether the second reader holds the terminal's secure module; then there is no `lane-2`.
///   - purse: more YAML for the campus's purse profile.
///   - extra: more YAML for the daemon.
///   - certificateLifetime: of the terminal's certificate.
func withCampus(
    tender: Tender = .account, usesPSAM: Bool = false, purse: String = "",
    profiles: (LabPaths) throws -> String = { _ in "" },
    extra: String = "", certificateLifetime: String = "90d", _ body: (LabCampus) async throws -> Void
) async throws {
    let directory = try TemporaryDirectory()
    let campus = try await LabCampus(
        folder: directory.path, programs: try programsFolder(),
        readers: usesPSAM ? [PcscdInstance.readerNames[0]] : PcscdInstance.readerNames, tender: tender,
        usesPSAM: usesPSAM, purse: purse, profiles: profiles, extra: extra, certificateLifetime: certificateLifetime)
    do {
        try await body(campus)
    } catch {
        for name in ["tilld", "till-hub"] {
            let log = (try? String(contentsOfFile: campus.paths.log(name), encoding: .utf8)) ?? ""
            print("\(name): …\(log.suffix(1500))")
        }
        await campus.stop()
        throw error
    }
    await campus.stop()
}

extension LabCampus {
    /// A cardholder with ¥500.00 and a card, and the card's place at reader `reader`.
    func cardholder(_ account: String, serial: String, reader: UInt16 = 0) async throws -> VirtualCardPeer {
        peer(try await enrol(account, name: "Student \(account)", balance: "500.00", serial: serial), reader: reader)
    }

    /// Somebody who goes on paying at `lane-2` while `lane-1` is in trouble.
    func neighbour() async throws -> VirtualCardPeer {
        try await cardholder("2026019999", serial: "00061998081700009999", reader: 1)
    }

    /// Rings the same amount up until its end is known: a reader that loses the card in mid-debit leaves an unknown
    /// outcome, and the same customer comes again.
    func tapUntilKnown(_ peer: () throws -> VirtualCardPeer, amount: Amount) async throws -> SaleMessage {
        var sale = try await tap(try peer(), amount: amount)
        for _ in 0..<5 where sale.state == .unknown { sale = try await tap(try peer(), amount: amount) }
        return sale
    }

    /// Holds the card out until `condition` holds, and again when the reader missed it or tore the tap before.
    func present(
        _ peer: VirtualCardPeer, until what: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async -> Bool
    ) async throws {
        var patience = ContinuousClock.now
        try await eventually(within: .seconds(240), what, sourceLocation: sourceLocation) {
            if await condition() { return true }
            if ContinuousClock.now >= patience {
                await peer.remove()
                try await present(peer)
                patience = ContinuousClock.now + .seconds(10)
            }
            return await condition()
        }
        await peer.remove()
    }

    /// Promise 14: the other lane sells.
    func requireOtherLaneSells(
        _ neighbour: VirtualCardPeer, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let sale = try await tap(neighbour, amount: Amount(fen: 10), lane: "lane-2")
        #expect(sale.state == .approved, "lane-2: \(sale)", sourceLocation: sourceLocation)
    }

    /// The account may learn of a card only with the next contact.
    func level(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("terminal and hub are level", sourceLocation: sourceLocation) {
            guard let result = try? await terminal.client.sync() else { return false }
            return result.level
        }
    }

    /// Promises 3 and 5: nothing lost, nothing twice, and both sides agree to the fen.
    func requireAgreement(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await level(sourceLocation: sourceLocation)
        let journal = try await terminal.client.verify()
        #expect(journal.sound, "\(journal.findings)", sourceLocation: sourceLocation)
        let figures = try await hub.terminal(Self.terminalID)
        #expect(figures.records == Int64(journal.records), sourceLocation: sourceLocation)
        #expect(figures.approvedCount == Int64(journal.approvedCount), sourceLocation: sourceLocation)
        #expect(figures.approvedFen == journal.approvedFen, sourceLocation: sourceLocation)
        #expect(figures.hash == journal.hash, sourceLocation: sourceLocation)
        let books = try await hub.checkBooks()
        #expect(books.sound, "\(books.findings)", sourceLocation: sourceLocation)
    }

    /// The whole journal, oldest first.
    func journal() async throws -> [JournalLineMessage] {
        var records: [JournalLineMessage] = []
        while true {
            let page = try await terminal.client.journal(after: records.last?.sequence ?? 0, limit: 500).records
            if page.isEmpty { return records }
            records += page
        }
    }

    /// Changes the hub's section in the configuration of the daemon, which is stopped.
    ///
    /// - Parameter section: gives the new section for the present URL, in quotes.
    func changeHub(_ section: (Substring) -> String) throws {
        let yaml = try String(contentsOfFile: paths.terminalConfiguration, encoding: .utf8)
        let line = try #require(yaml.firstMatch(of: /hub: \{url: ([^,}]*)[^}]*\}/))
        let changed = yaml.replacingCharacters(in: line.range, with: "hub: " + section(line.output.1))
        try changed.write(toFile: paths.terminalConfiguration, atomically: true, encoding: .utf8)
    }

    /// Runs `till` against this campus's daemon.
    func till(_ arguments: String...) async throws -> LabCommand.Result {
        try await LabCommand.run(
            paths.program("till"), arguments, environment: ["TILL_SOCKET": paths.controlSocket])
    }
}

/// The name of a lane.
func lane(_ text: String) throws -> LaneID { try #require(LaneID(text: text)) }

/// A sale that is armed and not yet ended.
struct OpenSale {
    let campus: LabCampus
    let lane: LaneID
    let reference: String

    init(_ campus: LabCampus, lane: String = LabTerminal.lane, fen: Int64) async throws {
        self.campus = campus
        self.lane = try IntegrationTests.lane(lane)
        reference = "test-" + UUID().uuidString
        _ = try await campus.terminal.client.arm(lane: self.lane, reference: reference, amount: Amount(fen: fen))
    }

    func now() async throws -> SaleMessage {
        try await campus.terminal.client.sale(lane: lane, reference: reference)
    }

    /// Waits for what the lane shows when a payer could not be served; the sale stays open.
    func problem(sourceLocation: SourceLocation = #_sourceLocation) async throws -> ProblemMessage {
        var problem: ProblemMessage?
        try await eventually("\(lane) shows a problem", sourceLocation: sourceLocation) {
            let sale = try await now()
            try #require(sale.state == .open, "\(sale)", sourceLocation: sourceLocation)
            problem = sale.problem
            return problem != nil
        }
        return try #require(problem)
    }

    func outcome() async throws -> SaleMessage {
        var sale = try await now()
        try await eventually("the sale ends") {
            sale = try await campus.terminal.client.sale(lane: lane, reference: reference, wait: 1)
            return sale.state != .open
        }
        return sale
    }

    func cancel() async throws { _ = try await campus.terminal.client.cancel(lane: lane, reference: reference) }
}

/// All records of the journal as auditors get them.
func exported(_ campus: LabCampus) async throws -> [RecordMessage] {
    var records: [RecordMessage] = []
    while true {
        let page = try await campus.terminal.client.export(after: records.last?.sequence ?? 0, limit: 500).records
        if page.isEmpty { return records }
        records += page.map(\.record)
    }
}
