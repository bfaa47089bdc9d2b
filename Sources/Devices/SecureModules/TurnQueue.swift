/// Who may use a thing that serves one at a time, in the order of arrival. Belongs to an actor, which does the waiting.
struct TurnQueue {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private var isTaken = false
    private var waiters: [Waiter] = []
    private var lastNumber = 0

    /// Whether somebody waits for the turn.
    var isWaitedFor: Bool { !waiters.isEmpty }

    /// Takes the turn when nobody has it.
    mutating func takeIfFree() -> Bool {
        if isTaken { return false }
        isTaken = true
        return true
    }

    /// Waits behind the others. The continuation gets true with the turn, or false from ``leave(_:)``.
    ///
    /// - Returns: the number for ``leave(_:)``.
    mutating func join(_ continuation: CheckedContinuation<Bool, Never>) -> Int {
        lastNumber += 1
        waiters.append(Waiter(number: lastNumber, continuation: continuation))
        return lastNumber
    }

    /// Stops waiting. Does nothing for one who has had the turn.
    mutating func leave(_ number: Int) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).continuation.resume(returning: false)
    }

    /// Gives the turn back, or on to the first who waits.
    mutating func release() {
        if waiters.isEmpty {
            isTaken = false
        } else {
            waiters.removeFirst().continuation.resume(returning: true)
        }
    }
}
