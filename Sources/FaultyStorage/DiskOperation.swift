/// One thing that SQLite asked of a simulated disk.
package struct DiskOperation: Sendable, Hashable, CustomStringConvertible {
    /// What can be counted and made to fail. Locks, sizes and the question whether a file exists are not counted:
    /// they change nothing on the disk.
    package enum Kind: String, Sendable, CaseIterable {
        case open
        case read
        case write
        case sync
        case truncate
        case delete
    }

    /// Position among all operations since the disk was made, from 1; it does not start over at a power cut.
    package let number: Int
    package let kind: Kind
    /// Name of the file without its folder, `till.db-wal` for instance.
    package let file: String
    /// First byte of a read or write; the new size of a truncation; 0 elsewhere.
    package let offset: Int64
    /// Bytes of a read or write; 0 elsewhere.
    package let length: Int

    /// `write till.db-wal 24 bytes at 4152`.
    package var description: String {
        switch kind {
        case .read, .write: "\(kind.rawValue) \(file) \(length) bytes at \(offset)"
        case .truncate: "\(kind.rawValue) \(file) to \(offset)"
        case .open, .sync, .delete: "\(kind.rawValue) \(file)"
        }
    }
}

extension Set<DiskOperation.Kind> {
    /// What can change what is on the disk after a power cut: the boundaries at which a crash makes a difference.
    package static let changes: Self = [.write, .sync, .truncate, .delete]
    /// Everything that is counted.
    package static let all = Self(DiskOperation.Kind.allCases)
}
