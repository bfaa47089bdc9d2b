import CrashPoints
import GRDB
import HubProtocol
import Payments
import Terminal

extension SQLiteLedger {
    /// Rows that a commit of a snapshot writes: about a millisecond of work and a sync, after which waiting taps go
    /// first.
    static let snapshotStep = 250

    package func nextFetch() async throws(LedgerError) -> ReplicaFetch {
        try await clearReplaced()
        return try read { try SnapshotProgress($0) }.nextFetch(inForce: standing.row.replicaCursor)
    }

    package func wantSnapshot() async throws(LedgerError) {
        try await clearReplaced()
        try commit(standing) { database in
            try SnapshotTables.giveUp(database)
            try SnapshotProgress(isWanted: true).store(database)
        }
        isReplacedCleared = false
    }

    package func stage(_ page: SnapshotPage, after position: String?) async throws(LedgerError) {
        let hubTime = try Self.checkedTime(page.hubTimeMilliseconds)
        var progress = try read { try SnapshotProgress($0) }
        guard progress.isWanted, progress.through == nil, progress.position == position,
            // The first page may be behind what is in force: that of a hub that was restored from an older copy.
            page.cursor <= UInt64(Int64.max), page.cursor >= progress.cursor ?? 0,
            page.next != position || position == nil
        else { throw LedgerError(.snapshotDoesNotFollow, detail: "page at cursor \(page.cursor)") }
        let signed = try checkedHotList(page.hotList)
        var changes: [ReplicaChange] = []
        for message in page.changes { changes.append(try ReplicaChange(message)) }
        if progress.cursor == nil {
            progress.cursor = page.cursor
            progress.hotListVersion = signed.version
            try commit(standing) { database in
                try SnapshotTables.giveUp(database)
                try SnapshotTables.create(database)
            }
        }
        progress.position = page.next
        if page.next == nil { progress.through = page.cursor }
        try await stage(changes, progress, acknowledged: page.acknowledged, hubTime: hubTime)
    }

    package func stage(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        let hubTime = try Self.checkedTime(page.hubTimeMilliseconds)
        var progress = try read { try SnapshotProgress($0) }
        guard let through = progress.through, let version = progress.hotListVersion, progress.cursor == cursor,
            page.cursor >= cursor, page.cursor <= UInt64(Int64.max)
        else { throw LedgerError(.snapshotDoesNotFollow, detail: "changes after \(cursor)") }
        let changes = try Self.checked(page, after: cursor)
        _ = try HotListUpdate(page, from: version, key: try hubKey())
        let signed = try checkedHotList(page.hotList)
        progress.cursor = page.cursor
        progress.hotListVersion = signed.version
        try await stage(changes, progress, acknowledged: page.acknowledged, hubTime: hubTime)
        // A page behind which there is nothing more was read after the snapshot's last page, whatever its cursor.
        if page.cursor >= through || !page.more { try await putSnapshotInForce(cursor: page.cursor, signed) }
    }

    private func stage(
        _ changes: [ReplicaChange], _ progress: SnapshotProgress, acknowledged: Acknowledgement, hubTime: UnixTime
    ) async throws(LedgerError) {
        var rest = changes[...]
        while rest.count > Self.snapshotStep {
            let step = rest.prefix(Self.snapshotStep)
            rest = rest.dropFirst(Self.snapshotStep)
            let start = ContinuousClock.now
            try commit(standing) { try Self.store(step, $0, asOf: acknowledged.sequence, receivedAt: hubTime) }
            CrashPoint.snapshotRowsWritten.reach()
            await leaveToTaps(after: .now - start)
        }
        var changed = standing
        _ = try take(acknowledged, into: &changed)
        changed.heard(hubTime: hubTime)
        try commit(changed) { database in
            try Self.store(rest, database, asOf: acknowledged.sequence, receivedAt: hubTime)
            try progress.store(database)
        }
        // A policy counts from its own commit on: it is signed by itself, and its version cannot go back.
        policyShelf = nil
    }

    private static func store(
        _ changes: ArraySlice<ReplicaChange>, _ database: Database, asOf: UInt64, receivedAt: UnixTime
    ) throws {
        for change in changes {
            try change.store(database, asOf: asOf, receivedAt: receivedAt, prefix: SnapshotTables.staged)
        }
    }

    /// Adds up the whole list that was put aside, compares it with what the hub signed, and changes the tables' places.
    private func putSnapshotInForce(cursor: UInt64, _ signed: HotListSummary) async throws(LedgerError) {
        var digest = HotListDigest()
        var hashes: ContiguousArray<UInt64> = []
        var last = ""
        while true {
            let step = try read { [last] database in
                try HotListTable.staged(database, after: last, limit: Self.snapshotStep)
            }
            guard let newest = step.last else { break }
            last = newest.card.text
            for entry in step {
                digest.add(entry.card, reason: entry.reason)
                hashes.append(HotListIndex.hash(entry.card))
            }
            await Task.yield()
        }
        let state = HotListState(version: signed.version, entries: UInt64(hashes.count), digest: digest)
        guard state.summary == signed else {
            throw LedgerError(.hotListContradicted, detail: "snapshot at version \(signed.version)")
        }
        let index = await Self.sorted(hashes)
        // Read after the last suspension: sales have gone on.
        var changed = standing
        changed.row.replicaCursor = cursor
        changed.hotList = index
        try commit(changed) { database in
            try SnapshotTables.putInForce(database)
            try HotListTable.store(state, database)
            try SnapshotProgress(isWanted: false).store(database)
            CrashPoint.snapshotInPlace.reach()
        }
        CrashPoint.snapshotInForce.reach()
        accountCount = nil
        isReplacedCleared = false
        try await clearReplaced()
    }

    /// Leaves the ledger to the taps for twice as long as a piece of a snapshot has kept them from it: two of three
    /// find it free, however long a sync takes. A cancelled task goes on without.
    private func leaveToTaps(after piece: Duration) async { try? await Task.sleep(for: piece * 2) }

    /// Sorts away from the ledger's thread, where taps would wait some 30 ms for a nation's list.
    @concurrent private static func sorted(_ hashes: ContiguousArray<UInt64>) async -> HotListIndex {
        HotListIndex(hashes: hashes)
    }

    /// The signed version, which is not older than the one in force.
    private func checkedHotList(_ message: HotListVersionMessage?) throws(LedgerError) -> HotListSummary {
        guard let signed = try HotListUpdate.checked(message, key: try hubKey()) else {
            throw LedgerError(.hotListForged, detail: "no signature, or no key to check it with")
        }
        let version = try read(HotListTable.state).version
        guard signed.version >= version else {
            throw LedgerError(.hotListRolledBack, detail: "version \(signed.version), here is \(version)")
        }
        return signed
    }

    private func clearReplaced() async throws(LedgerError) {
        while !isReplacedCleared {
            var isLeft = true
            let known = standing
            let start = ContinuousClock.now
            try commit(known) { isLeft = try SnapshotTables.clear($0, limit: Self.snapshotStep) }
            isReplacedCleared = !isLeft
            await leaveToTaps(after: .now - start)
        }
    }
}
