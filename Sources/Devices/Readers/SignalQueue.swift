import SmartCards

/// The signal that waits to be shown. Only the last counts: what came before it is out of date.
struct SignalQueue {
    private var waiting: ReaderSignal?
    private var isShowing = false
    private var sessionsEnded = 0
    /// The arrival of a reader that does not do it.
    private var givenUp: Int?

    /// Takes a signal up.
    ///
    /// - Returns: whether the caller shall begin to show.
    mutating func add(_ signal: ReaderSignal) -> Bool {
        waiting = signal
        return begin()
    }

    /// A card's session has ended; what waited for that can be shown.
    ///
    /// - Returns: whether the caller shall begin to show.
    mutating func sessionEnded() -> Bool {
        sessionsEnded += 1
        return begin()
    }

    /// What to show now, with the number of sessions ended so far; `nil` ends the showing.
    ///
    /// - Parameter arrival: which appearance of the reader this is.
    mutating func next(arrival: Int) -> (signal: ReaderSignal, session: Int)? {
        guard let signal = waiting, givenUp != arrival else {
            waiting = nil
            isShowing = false
            return nil
        }
        waiting = nil
        return (signal, sessionsEnded)
    }

    /// A card's session is under way: the signal waits for its end, unless a newer one does.
    ///
    /// - Parameter session: as ``next(arrival:)`` said.
    /// - Returns: whether the caller shall go on showing, because the session has ended meanwhile.
    mutating func putBack(_ signal: ReaderSignal, session: Int) -> Bool {
        waiting = waiting ?? signal
        isShowing = session != sessionsEnded
        return isShowing
    }

    /// This reader does not do it; nothing more is shown until it appears anew.
    mutating func giveUp(arrival: Int) { givenUp = arrival }

    private mutating func begin() -> Bool {
        if isShowing || waiting == nil { return false }
        isShowing = true
        return true
    }
}
