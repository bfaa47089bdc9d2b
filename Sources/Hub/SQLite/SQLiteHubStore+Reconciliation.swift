import GRDB
import HubProtocol
import Payments
import Synchronization

extension SQLiteHubStore {
    package func reconcile(_ request: ReconciliationRequest, now: UnixTime) async throws -> ReconciliationReport {
        let contacts = contacts.withLock { $0 }
        return try await write { [purses] db in
            let calendar = try DayTable.calendar(db)
            let day = request.day ?? calendar.day(of: now).previous
            var walk = ReconciliationWalk(
                day: day, terminal: request.terminal, calendar: calendar, now: now, db)
            let terminals = try walk.terminals(request.claims)
            try walk.findDifferences(terminals, request.claims, contacts: contacts)
            try walk.findDrifts(purses)
            return ReconciliationReport(
                day: day, terminals: terminals, purses: try db.integer("SELECT count(*) FROM purse"),
                pursesApart: try db.integer("SELECT count(*) FROM purse WHERE attention = 1"),
                differenceCount: walk.found.count, differences: try walk.differences())
        }
    }
}
