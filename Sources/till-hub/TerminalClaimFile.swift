import Foundation
import Hub
import HubProtocol
import Payments

/// What a terminal printed about its journal: `till status --json` or `till journal export`.
struct TerminalClaimFile {
    /// The parts of `till status --json` that say how far the journal goes.
    private struct Status: Decodable {
        struct Journal: Decodable {
            var journal: JournalID
            var sequence: UInt64
            var unsentFen: Int64
        }

        var terminal: TerminalID
        var journal: Journal
    }

    /// A line of `till journal export`.
    private struct Line: Decodable {
        var record: RecordMessage
        var hash: JournalHash
    }

    private let path: String
    private let data: Data

    init(path: String) throws {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.data, "\(path) cannot be read")
        }
        self.data = data
    }

    /// - Parameter overview: says when business days change here.
    func claim(day: BusinessDay, _ overview: BooksOverview) throws -> TerminalClaim {
        if let status = try? JSONDecoder().decode(Status.self, from: data) {
            return TerminalClaim(
                terminal: status.terminal, journal: status.journal.journal, sequence: status.journal.sequence,
                unsentFen: status.journal.unsentFen)
        }
        let calendar = BusinessCalendar(
            offsetSeconds: overview.offsetSeconds, cutOverSeconds: overview.cutOverSeconds)
        return try claim(try lines(), day, calendar)
    }

    private func lines() throws -> [(record: JournalRecord, hash: JournalHash)] {
        let decoder = JSONDecoder()
        let lines = try data.split(separator: UInt8(ascii: "\n")).map { line in
            guard let line = try? decoder.decode(Line.self, from: Data(line)), let record = line.record.record else {
                throw CommandFailure(.data, "\(path) is no output of 'till status --json' or 'till journal export'")
            }
            return (record, line.hash)
        }
        guard !lines.isEmpty else { throw CommandFailure(.data, "\(path) is empty") }
        return lines
    }

    private func claim(
        _ lines: [(record: JournalRecord, hash: JournalHash)], _ day: BusinessDay, _ calendar: BusinessCalendar
    ) throws -> TerminalClaim {
        let (first, last) = (lines[0].record, lines[lines.count - 1])
        guard lines.allSatisfy({ $0.record.transaction.terminal == first.transaction.terminal }) else {
            throw CommandFailure(.data, "\(path) holds journals of several terminals")
        }
        var claim = TerminalClaim(
            terminal: first.transaction.terminal, journal: first.transaction.journal, sequence: last.record.sequence,
            hash: last.hash)
        // A part of a journal says how far it goes, and nothing about a whole day.
        guard first.sequence == 1 else { return claim }
        var times: [TransactionID: UnixTime] = [:]
        var (sales, corrections): ((count: Int64, fen: Int64), (count: Int64, fen: Int64)) = ((0, 0), (0, 0))
        for (record, _) in lines {
            times[record.transaction] = record.decidedAt
            // What an unknown transaction moved happened when it was unknown, not when that was found out.
            var time = record.decidedAt
            if case .resolved(let resolution) = record.outcome { time = times[resolution.subject] ?? time }
            guard record.posting != nil, let sale = record.sale, calendar.day(of: time) == day else { continue }
            if sale.movement.corrects == nil {
                sales = (sales.count + 1, sales.fen + sale.amount.fen)
            } else {
                corrections = (corrections.count + 1, corrections.fen + sale.amount.fen)
            }
        }
        (claim.count, claim.fen) = sales
        (claim.correctionCount, claim.correctionFen) = corrections
        return claim
    }
}
