import Foundation
import HubProtocol
import Ledger
import Payments
import Terminal

/// A terminal's journal of the size that the design names, made through the ledger's own interface and kept between
/// runs: everything measured gets a copy.
struct BenchLedger: Sendable {
    static let payers = BenchPayers(count: 50_000)
    static let records = 100_000
    /// Records at the end that the hub does not have, as after a morning without it.
    private static let unsent: UInt64 = 1000
    /// Changes in a page of the feed.
    private static let payersPerPage = 1000
    /// More callers than one commit takes, so that commits are full.
    static let callers = 2 * SQLiteLedger.commitLimit
    /// Numbers reserved ahead: for each caller one in the commit under way and one after it.
    static let reservationWindow = UInt64(2 * callers)

    /// Holds `journal.sqlite` and `journal.key`.
    let folder: String

    /// The kept journal in `state`; makes it when there is none, or one that this program may not have made: an earlier
    /// build may have had other tables.
    static func kept(in state: String, progress: BenchProgress) async throws -> BenchLedger {
        let folder = state + "/ledger-\(payers.count)-\(records)"
        if !isNewerThanThisProgram(folder + "/journal.sqlite") {
            let unfinished = folder + ".new"
            for leftover in [folder, unfinished] where FileManager.default.fileExists(atPath: leftover) {
                try FileManager.default.removeItem(atPath: leftover)
            }
            try FileManager.default.createDirectory(atPath: unfinished, withIntermediateDirectories: true)
            try await BenchLedger(folder: unfinished).fill(progress)
            try FileManager.default.moveItem(atPath: unfinished, toPath: folder)
        }
        return BenchLedger(folder: folder)
    }

    private static func isNewerThanThisProgram(_ path: String) -> Bool {
        func modified(_ path: String) -> Date? {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return attributes?[.modificationDate] as? Date
        }
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        guard let file = modified(path), let built = modified(program) else { return false }
        return file > built
    }

    /// A copy in the existing folder `folder`.
    func copy(to folder: String) throws -> BenchLedger {
        for name in ["journal.sqlite", "journal.key"] {
            try FileManager.default.copyItem(atPath: "\(self.folder)/\(name)", toPath: "\(folder)/\(name)")
        }
        return BenchLedger(folder: folder)
    }

    var journal: String { folder + "/journal.sqlite" }

    func open(reservationWindow: UInt64 = SQLiteLedger.standardReservationWindow) throws -> SQLiteLedger {
        guard let terminal = TerminalID(text: LabCampus.terminalID) else { throw LabError("the lab's terminal") }
        return try SQLiteLedger.open(
            path: journal, keyPath: folder + "/journal.key", terminal: terminal,
            reservationWindow: reservationWindow, now: Self.now()
        ) { JournalID(number: .random(in: .min ... .max)) }
    }

    static func now() -> UnixTime { UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    private func fill(_ progress: BenchProgress) async throws {
        let ledger = try open(reservationWindow: Self.reservationWindow)
        let genesis = Acknowledgement(
            sequence: 0, hash: .genesis(terminal: ledger.terminal, journal: ledger.journal))
        for start in stride(from: 0, to: Self.payers.count, by: Self.payersPerPage) {
            progress.show("journal: \(start) accounts")
            let payers = start..<min(start + Self.payersPerPage, Self.payers.count)
            try await ledger.apply(
                try Self.payers.page(payers, acknowledged: genesis, hubTime: Self.now()), after: UInt64(2 * start))
        }
        let part = Self.records / 10
        for start in stride(from: 0, to: Self.records, by: part) {
            progress.show("journal: \(start) records")
            try await BenchDebits.concurrently(ledger, debits: start..<start + part)
        }
        let last = UInt64(Self.records) - Self.unsent
        if let record = try await ledger.records(after: last - 1, limit: 1).first {
            try await ledger.acknowledge(Acknowledgement(sequence: last, hash: record.hash))
        }
        try await ledger.close()
    }
}
