/// What the running ledger holds in memory, for comparison with the file.
struct KnownState: Sendable {
    let standing: Standing
    let numbers: TraceNumbers
}
