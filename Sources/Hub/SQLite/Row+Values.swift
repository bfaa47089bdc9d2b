import Foundation
import GRDB
import HubProtocol
import Payments

/// Reading domain values out of rows. STRICT tables guarantee the storage type; what the type cannot say is checked
/// here, and a value that breaks its rule is ``HubStoreError/Code/damaged``.
extension Row {
    func integer(_ column: String) throws -> Int64 { try require(column, Int64.self) }

    func text(_ column: String) throws -> String { try require(column, String.self) }

    func bytes(_ column: String) throws -> [UInt8] { Array(try require(column, Data.self)) }

    func flag(_ column: String) throws -> Bool { try integer(column) != 0 }

    func amount(_ column: String) throws -> Amount { Amount(fen: try integer(column)) }

    func time(_ column: String) throws -> UnixTime { UnixTime(milliseconds: try integer(column)) }

    func optionalInteger(_ column: String) -> Int64? { self[column] as Int64? }

    func optionalText(_ column: String) -> String? { self[column] as String? }

    /// An id kept as its text.
    func identifier<ID: TextIdentifier>(_ column: String, as type: ID.Type = ID.self) throws -> ID {
        guard let value = ID(text: try text(column)) else { throw unreadable(column) }
        return value
    }

    func optionalIdentifier<ID: TextIdentifier>(_ column: String, as type: ID.Type = ID.self) throws -> ID? {
        optionalText(column) == nil ? nil : try identifier(column, as: type)
    }

    func account(_ column: String) throws -> AccountID {
        guard let number = UInt64(exactly: try integer(column)), let value = AccountID(number: number) else {
            throw unreadable(column)
        }
        return value
    }

    func optionalAccount(_ column: String) throws -> AccountID? {
        optionalInteger(column) == nil ? nil : try account(column)
    }

    func transaction(_ column: String) throws -> TransactionID {
        guard let value = TransactionID(bytes: try bytes(column)) else { throw unreadable(column) }
        return value
    }

    func optionalTransaction(_ column: String) throws -> TransactionID? {
        (self[column] as Data?) == nil ? nil : try transaction(column)
    }

    func journalHash(_ column: String) throws -> JournalHash {
        guard let value = JournalHash(bytes: try bytes(column)) else { throw unreadable(column) }
        return value
    }

    func unsigned(_ column: String) throws -> UInt64 {
        guard let value = UInt64(exactly: try integer(column)) else { throw unreadable(column) }
        return value
    }

    /// An enumeration kept as its raw text.
    func choice<Choice: RawRepresentable<String>>(_ column: String, as type: Choice.Type = Choice.self) throws -> Choice
    {
        guard let value = Choice(rawValue: try text(column)) else { throw unreadable(column) }
        return value
    }

    /// A decline reason kept as its number.
    func optionalReason(_ column: String) throws -> DeclineReason? {
        guard let number = optionalInteger(column) else { return nil }
        guard let value = DeclineReason(rawValue: Int(number)) else { throw unreadable(column) }
        return value
    }

    private func require<Value: DatabaseValueConvertible>(_ column: String, _ type: Value.Type) throws -> Value {
        guard let value = self[column] as Value? else { throw unreadable(column) }
        return value
    }

    private func unreadable(_ column: String) -> HubStoreError {
        HubStoreError(.damaged, detail: "column \(column)")
    }
}
