/// All that a simulated disk remembers; guarded by the disk's lock.
struct DiskState: Sendable {
    /// A change of the names in the folder that no sync has made durable yet.
    enum FolderChange: Sendable {
        case created(String)
        /// With what was known about the file and what it held.
        case deleted(String, StoredFile)
    }

    private struct ArmedFault: Sendable {
        let fault: DiskFault
        var seen = 0
    }

    /// Oldest operations are dropped from the trace beyond this many.
    private static let traceLimit = 256

    /// By path.
    var files: [String: StoredFile] = [:]
    var folderChanges: [FolderChange] = []
    /// Files that SQLite has open, by number; one that is not here belongs to a process that is gone.
    var open: [Int: RealFile] = [:]
    var nextNumber = 1
    var isDead = false
    var capacity: Int64?
    var ignoresSyncs = false
    private(set) var faultsHit = 0
    private(set) var counts: [DiskOperation.Kind: Int] = [:]
    private(set) var operationCount = 0
    private(set) var trace: [DiskOperation] = []
    private var faults: [ArmedFault] = []

    mutating func arm(_ fault: DiskFault) { faults.append(ArmedFault(fault: fault)) }

    mutating func disarm() { faults = [] }

    /// Counts an operation of a living process; gives what goes wrong with it, if anything.
    mutating func count(
        _ kind: DiskOperation.Kind, _ file: String, offset: Int64 = 0, length: Int = 0
    ) -> DiskFault.Effect? {
        operationCount += 1
        counts[kind, default: 0] += 1
        trace.append(
            DiskOperation(number: operationCount, kind: kind, file: file, offset: offset, length: length))
        if trace.count > 2 * Self.traceLimit { trace.removeFirst(Self.traceLimit) }
        var effect: DiskFault.Effect?
        for index in faults.indices {
            let fault = faults[index].fault
            guard fault.kinds.contains(kind), fault.fileSuffix.map(file.hasSuffix) ?? true else { continue }
            faults[index].seen += 1
            let beyond = faults[index].seen - fault.position
            guard beyond >= 0, beyond < fault.repetitions, effect == nil else { continue }
            effect = fault.effect
        }
        if let effect {
            faultsHit += 1
            DiskTotals.add(faults: 1)
            if effect == .crash { isDead = true }
        }
        DiskTotals.add(operations: 1)
        return effect
    }

    /// Bytes that a file may still grow by.
    var room: Int64 {
        guard let capacity else { return .max }
        return max(0, capacity - files.values.reduce(0) { $0 + $1.size })
    }

    /// Makes the names in the folder durable.
    mutating func syncFolder() { folderChanges = [] }

    /// The process is gone, and what is on the disk now is durable.
    mutating func restart() {
        files = [:]
        folderChanges = []
        open = [:]
        isDead = false
        faults = []
    }
}
