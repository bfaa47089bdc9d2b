import CampusSimulation
import FaultyStorage
import GRDB
import TestSupport
import Testing

@testable import Hub

@Suite("The checks of the hub's office can fail")
struct OfficeCheckTests {
    private func findings(_ desk: HubDesk) async throws -> Set<Int> {
        let image = try TemporaryDirectory()
        desk.disk.copy(after: .unsyncedLost, into: image.path)
        await desk.abandon()
        return Set(
            try await HubDesk.findings(in: image, against: desk.witness, office: desk.office).map(\.promise))
    }

    /// The office's day until it has taken `count` steps.
    private func desk(after count: Int = .max) async throws -> HubDesk {
        let desk = try HubDesk(try await HubDesk.openedWithOffice())
        try desk.open()
        #expect(await desk.run(Array(HubDesk.officeDay.prefix(count))))
        return desk
    }

    @Test("a day without sabotage is found in order")
    func sound() async throws {
        let desk = try await desk()
        #expect(desk.office?.policies.count == 2)
        #expect(desk.office?.closedDays.count == 1)
        #expect(desk.office?.loads.count == 1)
        #expect(try await findings(desk) == [])
    }

    @Test(
        "a step whose sync never reaches the disk is caught",
        arguments: [(1, 8), (2, 12), (3, 2), (4, 12), (9, 12), (10, 12), (11, 12), (15, 12)])
    func droppedStep(number: Int, promise: Int) async throws {
        let desk = try await desk(after: number)
        desk.disk.inject(DiskFault(at: 1, among: [.sync], .isIgnored))
        #expect(await HubDesk.officeDay[number](desk))
        let found = try await findings(desk)
        #expect(found.contains(promise), "\(found)")
    }

    @Test(
        "what is changed in the file is caught",
        arguments: [
            (12, "DELETE FROM policy WHERE version = 2"),
            (8, "DELETE FROM code WHERE serial LIKE '%2'"),
            (3, "UPDATE adjustment SET amount_fen = amount_fen + 1"),
            (2, "UPDATE purse_load SET mac2 = zeroblob(4)"),
            (12, "UPDATE business_day SET closed_at = closed_at + 1"),
        ])
    func edited(promise: Int, sql: String) async throws {
        let desk = try await desk()
        try await desk.store?.write { database in
            let triggers = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(trigger)") }
            try database.execute(sql: sql)
        }
        let found = try await findings(desk)
        #expect(found.contains(promise), "\(found)")
    }
}
