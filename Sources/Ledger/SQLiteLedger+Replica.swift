import GRDB
import HubProtocol
import Payments
import Terminal

extension SQLiteLedger: Replica {
    /// Last moment that a hub time may name, the end of the year 9999: a value beyond it is a defect, and would make
    /// every later comparison of times overflow.
    private static let latestTime = UnixTime(milliseconds: 253_402_300_799_999)

    package func cursor() -> UInt64 { standing.row.replicaCursor }

    package func apply(_ page: ChangesPage, after cursor: UInt64) throws(LedgerError) {
        let known = standing.row.replicaCursor
        guard cursor >= known else { return }
        guard cursor == known, page.cursor >= cursor, page.cursor <= UInt64(Int64.max) else {
            throw LedgerError(.changesDoNotFollow, detail: "page \(cursor) to \(page.cursor), replica at \(known)")
        }
        let hubTime = try Self.checkedTime(page.hubTimeMilliseconds)
        let changes = try Self.checked(page, after: cursor)
        var hotList = try HotListUpdate(page, from: try read(HotListTable.state).version, key: try hubKey())
        var changed = standing
        _ = try take(page.acknowledged, into: &changed)
        changed.row.replicaCursor = page.cursor
        changed.heard(hubTime: hubTime)
        try commit(changed) { database in
            for change in changes where !change.isOfHotList {
                try change.store(database, asOf: page.acknowledged.sequence, receivedAt: hubTime)
            }
            try hotList.store(database)
        }
        standing.hotList.apply(added: hotList.added, removed: hotList.removed)
        if !changes.isEmpty {
            accountCount = nil
            if page.changes.contains(where: { $0.policy != nil }) { policyShelf = nil }
        }
    }

    package func codeKeys() throws(LedgerError) -> [CodeKeyMessage] {
        try read { database in
            let statement = try PreparedStatement(
                database, "SELECT key_id, public_key, valid_from, valid_through FROM code_key ORDER BY key_id")
            var keys: [CodeKeyMessage] = []
            try statement.forEach { row in
                guard let keyID = UInt8(exactly: row.integer(0)), let publicKey = row.text(1).flatMap(Hex.decode) else {
                    throw LedgerError(.damaged, detail: "code key row")
                }
                keys.append(
                    CodeKeyMessage(
                        keyID: keyID, publicKey: publicKey, validFrom: UnixTime(seconds: row.integer(2)),
                        validThrough: UnixTime(seconds: row.integer(3))))
                return true
            }
            return keys
        }
    }

    func countedAccounts() throws(LedgerError) -> Int {
        if let accountCount { return accountCount }
        let count = try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM account") ?? 0 }
        accountCount = count
        return count
    }

    static func checkedTime(_ milliseconds: Int64) throws(LedgerError) -> UnixTime {
        let time = UnixTime(milliseconds: milliseconds)
        guard time >= UnixTime(milliseconds: 0), time <= latestTime else {
            throw LedgerError(.changeMalformed, detail: "hub time")
        }
        return time
    }

    /// The changes of a page, whose cursors must rise from the page's start to its end.
    static func checked(_ page: ChangesPage, after cursor: UInt64) throws(LedgerError) -> [ReplicaChange] {
        var last = cursor
        var changes: [ReplicaChange] = []
        for message in page.changes {
            guard message.cursor > last, message.cursor <= page.cursor else {
                throw LedgerError(.changesDoNotFollow, detail: "change \(message.cursor) after \(last)")
            }
            last = message.cursor
            changes.append(try ReplicaChange(message))
        }
        return changes
    }
}
