import Payments

/// Gives out trace numbers that are reserved on disk, and remembers which ones wait for their record.
struct TraceNumbers: Sendable {
    private(set) var last: UInt64
    private(set) var reservedThrough: UInt64
    private(set) var open: Set<UInt64> = []
    private var isStopped = false

    /// - Parameters:
    ///   - last: newest number that has a record.
    ///   - reservedThrough: last number that is reserved on disk.
    init(last: UInt64, reservedThrough: UInt64) {
        invariant(last <= reservedThrough, "numbers are reserved before they are given out")
        self.last = last
        self.reservedThrough = reservedThrough
    }

    /// The next number; `nil` when the reservation on disk is used up.
    mutating func take() -> UInt64? {
        guard !isStopped, last < reservedThrough else { return nil }
        last += 1
        open.insert(last)
        return last
    }

    /// A number's record is on disk.
    mutating func close(_ number: UInt64) {
        invariant(open.remove(number) != nil, "only an open number gets a record")
    }

    /// The disk has reserved numbers up to here.
    mutating func extend(through number: UInt64) {
        invariant(number >= reservedThrough, "a reservation is never taken back while numbers are given out")
        reservedThrough = number
    }

    /// Gives out nothing more until ``resume()``.
    mutating func stop() { isStopped = true }

    mutating func resume() { isStopped = false }
}
