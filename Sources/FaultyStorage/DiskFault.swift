import Payments

/// Something that goes wrong at a simulated disk: which operation it hits, and what happens then.
package struct DiskFault: Sendable, Hashable {
    /// What SQLite is told.
    package enum Report: Sendable, Hashable {
        /// The input/output error of the operation: `SQLITE_IOERR_WRITE`, `SQLITE_IOERR_FSYNC` and so on; a file that
        /// cannot be opened gives `SQLITE_CANTOPEN`.
        case ioError
        /// No space is left: `SQLITE_FULL`.
        case full
    }

    /// What happens to the operation.
    package enum Effect: Sendable, Hashable {
        /// Nothing happens, and the operation reports an error. Writes of a sync that fails stay unsynced: the next
        /// sync that works makes them durable.
        case fails(Report)
        /// Some leading sectors of a write are written, then it reports an error. Other operations just fail.
        case failsPartly(Report)
        /// The operation takes its whole effect, and reports an error all the same: a sync was durable after all.
        case failsAfterwards(Report)
        /// A sync fails, and what was unsynced never reaches the disk, whatever later syncs report: Linux marks pages
        /// clean that it could not write. The running process still reads what it wrote. Other operations just fail.
        case failsAndForgets
        /// As ``failsAndForgets``, and what was unsynced is gone for the running process too.
        case failsAndLoses
        /// The operation reports success and does nothing: a disk that lies about a sync, a write that never arrives.
        case isIgnored
        /// The process dies before the operation: it and everything after it fail until ``SimulatedDisk/powerCut(_:)``.
        case crash
    }

    /// Position among the operations of these kinds, counted from 1 from the moment when the fault is injected.
    package var position: Int
    package var kinds: Set<DiskOperation.Kind>
    /// Only files whose name ends like this; `nil` for every file.
    package var fileSuffix: String?
    /// How many such operations in a row it hits; `Int.max` for all from there on.
    package var repetitions: Int
    package var effect: Effect

    package init(
        at position: Int, among kinds: Set<DiskOperation.Kind> = .changes, fileSuffix: String? = nil,
        repetitions: Int = 1, _ effect: Effect
    ) {
        invariant(position > 0 && repetitions > 0, "a fault hits something")
        self.position = position
        self.kinds = kinds
        self.fileSuffix = fileSuffix
        self.repetitions = repetitions
        self.effect = effect
    }
}
