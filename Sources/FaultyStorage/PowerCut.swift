/// What is left on a simulated disk when its power, or only its process, goes away.
package enum PowerCut: Sendable, Hashable, CustomStringConvertible {
    /// Exactly what had been synced.
    case unsyncedLost
    /// What had been synced, and of the rest what the seed chooses: some changes whole, one torn between sectors of
    /// 512 bytes, others not at all; appended space may be there without its content. Names of files that were
    /// created or deleted and not synced are kept in order up to a point that the seed chooses.
    case unsyncedPartly(seed: UInt64)
    /// Everything: the process was killed and the machine went on.
    case nothingLost

    package var description: String {
        switch self {
        case .unsyncedLost: "power cut, unsynced lost"
        case .unsyncedPartly(let seed): "power cut, unsynced partly kept (seed \(seed))"
        case .nothingLost: "process killed"
        }
    }
}
