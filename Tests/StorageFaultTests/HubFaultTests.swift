import CampusSimulation
import FaultyStorage
import Foundation
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("The hub's store under crashes and failures at every write and sync", .serialized)
struct HubFaultTests {
    /// Crashes at every position, looks at every kind of power cut, until a run goes through.
    private func crashEverywhere(_ base: HubDesk.Base?, _ steps: [HubDesk.Step], stride: Int) async throws {
        var position = 1
        while true {
            let desk = try HubDesk(base)
            desk.disk.inject(DiskFault(at: position, .crash))
            await Self.live(desk, steps)
            guard desk.disk.isDead else { break }
            for cut in FaultRun.cuts(at: position) {
                let image = try TemporaryDirectory()
                desk.disk.copy(after: cut, into: image.path)
                let findings =
                    base == nil
                    ? try await Self.opens(image)
                    : try await HubDesk.findings(in: image, against: desk.witness, office: desk.office)
                #expect(findings == [], "crash at \(position), \(cut)\n\(desk.lastOperations)")
                if !findings.isEmpty { return }
            }
            await desk.abandon()
            position += stride
            await Task.yield()
        }
        #expect(position > 100)
        FaultRun.report("the hub, crashes at \(position / stride) positions")
    }

    private static func live(_ desk: HubDesk, _ steps: [HubDesk.Step]) async {
        do { try desk.open() } catch { return }
        guard await desk.run(steps) else { return }
        await desk.abandon()
    }

    /// Whether a hub whose making was cut off can be made again.
    private static func opens(_ image: TemporaryDirectory) async throws -> [CheckFinding] {
        do {
            let store = try HubDesk.open(image)
            let books = try await store.checkBooks()
            try await store.close()
            return books.findings.map { CheckFinding(3, $0) }
        } catch {
            return [CheckFinding(12, "the hub cannot be opened: \(error)")]
        }
    }

    /// One fault at every position; the hub goes on, and everybody asks again as they would.
    private func failEverywhere(
        _ base: HubDesk.Base, _ steps: [HubDesk.Step] = HubDesk.morning, kinds: Set<DiskOperation.Kind>,
        repetitions: Int = 1, stride: Int = 1,
        _ effect: DiskFault.Effect
    ) async throws {
        var position = 1
        while true {
            let desk = try HubDesk(base)
            let fault = DiskFault(at: position, among: kinds, repetitions: repetitions, effect)
            desk.disk.inject(fault)
            for _ in 1...3 where desk.store == nil {
                do { try desk.open() } catch { continue }
            }
            for step in steps { _ = await step(desk) }
            let isHit = desk.disk.faultsHit > 0
            desk.disk.clearFaults()
            var findings: [CheckFinding] = []
            for cut in FaultRun.cuts(at: position) where findings.isEmpty {
                let image = try TemporaryDirectory()
                desk.disk.copy(after: cut, into: image.path)
                findings += try await HubDesk.findings(in: image, against: desk.witness, office: desk.office)
            }
            if let store = desk.store, findings.isEmpty {
                findings = try await HubDesk.findings(
                    in: store, against: desk.witness, office: desk.office, closing: false)
            }
            #expect(findings == [], "\(fault)\n\(desk.lastOperations)")
            await desk.abandon()
            guard isHit, findings.isEmpty else { break }
            position += stride
            await Task.yield()
        }
        #expect(position > stride)
        FaultRun.report("the hub, \(effect) at \(position / stride) positions")
    }

    @Test("a crash at any write, sync, truncation or deletion breaks no promise of the hub (2, 3, 4, 9, 12)")
    func crashes() async throws {
        try await crashEverywhere(
            try await HubDesk.opened(), HubDesk.morning, stride: FaultRun.isThorough ? 1 : 3)
    }

    @Test("a crash while codes, loads, corrections, policies or days are written breaks no promise (2, 3, 4, 8, 9, 12)")
    func officeCrashes() async throws {
        try await crashEverywhere(
            try await HubDesk.openedWithOffice(), HubDesk.officeDay, stride: FaultRun.isThorough ? 1 : 11)
    }

    @Test(
        "a sync that fails under codes, loads, corrections, policies or days breaks no promise (2, 3, 4, 8, 9, 12)",
        arguments: [DiskFault.Effect.fails(.ioError), .failsAfterwards(.ioError), .failsAndForgets, .failsAndLoses])
    func officeFailingSyncs(effect: DiskFault.Effect) async throws {
        try await failEverywhere(
            try await HubDesk.openedWithOffice(), HubDesk.officeDay, kinds: [.sync],
            stride: FaultRun.isThorough ? 1 : 3, effect)
    }

    @Test("a write, read or opening that fails in the office's day breaks no promise (2, 3, 4, 8, 9, 12)")
    func officeFailsOnce() async throws {
        try await failEverywhere(
            try await HubDesk.openedWithOffice(), HubDesk.officeDay, kinds: [.write, .read, .truncate, .delete, .open],
            stride: FaultRun.isThorough ? 1 : 41, .failsPartly(.full))
    }

    @Test("a crash while a hub's file is made leaves one that can be made again")
    func crashesAtCreation() async throws {
        try await crashEverywhere(nil, HubDesk.foundation, stride: FaultRun.isThorough ? 1 : 11)
    }

    @Test(
        "a sync of the hub that fails, forgets or loses its data, or was durable after all (2, 3, 4, 12)",
        arguments: [DiskFault.Effect.fails(.ioError), .failsAfterwards(.ioError), .failsAndForgets, .failsAndLoses])
    func failingSyncs(effect: DiskFault.Effect) async throws {
        try await failEverywhere(try await HubDesk.opened(), kinds: [.sync], effect)
    }

    @Test(
        "a write of the hub that fails once breaks no promise (2, 3, 4, 12)",
        arguments: [DiskFault.Effect.fails(.ioError), .failsPartly(.full)])
    func failsOnce(effect: DiskFault.Effect) async throws {
        try await failEverywhere(
            try await HubDesk.opened(), kinds: [.write, .read, .truncate, .delete, .open],
            stride: FaultRun.isThorough ? 1 : 17, effect)
    }

    @Test(
        "a hub's disk that is full or broken from some moment on loses nothing (12)",
        arguments: [
            DiskFault.Effect.fails(.full), .failsAndForgets,
        ])
    func failsForGood(effect: DiskFault.Effect) async throws {
        try await failEverywhere(
            try await HubDesk.opened(), kinds: .changes, repetitions: .max, stride: FaultRun.isThorough ? 1 : 29,
            effect)
    }
}
