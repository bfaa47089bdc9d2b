import Certificates
import Foundation
import GRDB
import HubProtocol
import Payments
import Synchronization

extension SQLiteHubStore {
    package func certificate(_ serial: CertificateSerial) async throws -> CertificateRecord? {
        certificateCache.withLock { $0[serial] }
    }

    package func certificates(of terminal: TerminalID) async throws -> [CertificateRecord] {
        try await read { db in
            try Self.requireTerminal(terminal, db)
            return try Self.certificates(of: terminal, db)
        }
    }

    package func store(
        enrolmentDigest: [UInt8], terminal: TerminalID, now: UnixTime, expires: UnixTime
    ) async throws {
        try await write { db in
            try Self.requireTerminal(terminal, db)
            try db.run(
                """
                INSERT INTO enrolment_code (terminal, digest, issued_at, expires_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (terminal) DO UPDATE SET digest = excluded.digest, issued_at = excluded.issued_at,
                    expires_at = excluded.expires_at, wrong_attempts = 0, used_at = NULL
                """,
                [terminal.text, Data(enrolmentDigest), now.milliseconds, expires.milliseconds])
        }
    }

    package func enrol(_ certificate: TerminalCertificate, enrolmentDigest: [UInt8], now: UnixTime) async throws {
        let terminal = certificate.terminal
        // A refusal is a value here, so that the count of wrong attempts is committed and not rolled back with it.
        let outcome = try await write { db -> Result<[CertificateRecord], HubRefusalError> in
            if let refusal = try Self.useEnrolmentCode(enrolmentDigest, terminal: terminal, now: now, db) {
                return .failure(refusal)
            }
            try Self.revoke(terminal, except: nil, now: now, db)
            try Self.insert(certificate, db)
            return .success(try Self.certificates(of: terminal, db))
        }
        cache(try outcome.get())
    }

    package func renew(
        _ certificate: TerminalCertificate, current: CertificateSerial, now: UnixTime
    ) async throws {
        let terminal = certificate.terminal
        let all = try await write { db in
            let counts = try db.exists(
                "SELECT 1 FROM certificate WHERE serial = ? AND terminal = ? AND revoked_at IS NULL",
                [Data(current.bytes), terminal.text])
            guard counts else { throw HubRefusalError(.certificateRevoked, "the certificate is revoked") }
            try Self.revoke(terminal, except: current, now: now, db)
            try Self.insert(certificate, db)
            return try Self.certificates(of: terminal, db)
        }
        cache(all)
    }

    package func revokeCertificates(of terminal: TerminalID, now: UnixTime) async throws -> [CertificateRecord] {
        let all = try await write { db in
            try Self.requireTerminal(terminal, db)
            try db.run("DELETE FROM enrolment_code WHERE terminal = ?", [terminal.text])
            try Self.revoke(terminal, except: nil, now: now, db)
            return try Self.certificates(of: terminal, db)
        }
        cache(all)
        return all
    }

    static func allCertificates(_ db: Database) throws -> [CertificateSerial: CertificateRecord] {
        let all = try db.rows("SELECT * FROM certificate").map(record)
        return Dictionary(all.map { ($0.serial, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func cache(_ records: [CertificateRecord]) {
        certificateCache.withLock { cache in
            for record in records where cache[record.serial]?.revoked == nil { cache[record.serial] = record }
        }
    }

    /// Marks the code as used, or counts a wrong attempt. A terminal without a code gets the answer of a wrong one.
    private static func useEnrolmentCode(
        _ digest: [UInt8], terminal: TerminalID, now: UnixTime, _ db: Database
    ) throws -> HubRefusalError? {
        let wrong = HubRefusalError(.enrolmentCodeWrong, "the enrolment code is wrong")
        guard let row = try db.row("SELECT * FROM enrolment_code WHERE terminal = ?", [terminal.text]) else {
            return wrong
        }
        guard try row.bytes("digest") == digest else {
            try db.run(
                "UPDATE enrolment_code SET wrong_attempts = wrong_attempts + 1 WHERE terminal = ?", [terminal.text])
            return wrong
        }
        if row.optionalInteger("used_at") != nil {
            return HubRefusalError(.enrolmentCodeSpent, "the enrolment code was used already; make a new one")
        }
        if try row.integer("wrong_attempts") >= Int64(HubLimits.enrolmentAttempts) {
            return HubRefusalError(
                .enrolmentCodeSpent, "too many wrong codes were tried for this terminal; make a new one")
        }
        guard now < (try row.time("expires_at")) else {
            return HubRefusalError(.enrolmentCodeSpent, "the enrolment code has expired; make a new one")
        }
        try db.run("UPDATE enrolment_code SET used_at = ? WHERE terminal = ?", [now.milliseconds, terminal.text])
        return nil
    }

    private static func requireTerminal(_ terminal: TerminalID, _ db: Database) throws {
        guard try db.exists("SELECT 1 FROM terminal WHERE id = ?", [terminal.text]) else {
            throw HubRefusalError(.notFound, "no such terminal")
        }
    }

    private static func insert(_ certificate: TerminalCertificate, _ db: Database) throws {
        try db.run(
            "INSERT INTO certificate (serial, terminal, digest, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            [
                Data(certificate.serial.bytes), certificate.terminal.text, Data(certificate.digest),
                certificate.issued.milliseconds, certificate.expires.milliseconds,
            ])
    }

    private static func revoke(
        _ terminal: TerminalID, except kept: CertificateSerial?, now: UnixTime, _ db: Database
    ) throws {
        try db.run(
            "UPDATE certificate SET revoked_at = ? WHERE terminal = ? AND revoked_at IS NULL AND serial IS NOT ?",
            [now.milliseconds, terminal.text, kept.map { Data($0.bytes) }])
    }

    private static func certificates(of terminal: TerminalID, _ db: Database) throws -> [CertificateRecord] {
        try db.rows(
            "SELECT * FROM certificate WHERE terminal = ? ORDER BY issued_at DESC, serial", [terminal.text]
        ).map(record)
    }

    private static func record(_ row: Row) throws -> CertificateRecord {
        guard let serial = CertificateSerial(bytes: try row.bytes("serial")) else {
            throw HubStoreError(.damaged, detail: "column serial")
        }
        return CertificateRecord(
            serial: serial, terminal: try row.identifier("terminal"), digest: try row.bytes("digest"),
            issued: try row.time("issued_at"), expires: try row.time("expires_at"),
            revoked: row.optionalInteger("revoked_at").map { UnixTime(milliseconds: $0) })
    }
}
