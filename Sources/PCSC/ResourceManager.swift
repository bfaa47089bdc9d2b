import CPCSC

/// A connection to the smart-card service (pcscd): one PC/SC context.
///
/// Every call blocks, and a call on a context waits for the one that is under way on it: a thread in
/// ``waitForChange(in:timeout:)`` holds up a transmit on the same context for the whole wait. So there is **one
/// context per thread**. The type is not copyable and not `Sendable`: it stays where it was made, together with
/// the cards connected through it. Only its ``Canceller`` may go to another thread.
///
/// pcsc-lite 1.9.9 keeps the list of readers in one unprotected table per process, which ``readerNames()``,
/// ``waitForChange(in:timeout:)`` and ``CardHandle/status()`` fill: one thread of a process does all watching. A second
/// one ends the process with that reason, before it can spoil the memory.
///
/// The context is released when this value and all its cards are gone.
package struct ResourceManager: ~Copyable {
    private let context: Context

    /// The most readers that one wait can watch: the service's limit per call (16), less one for the entry that
    /// reports new readers.
    package static let maximumWatchedReaders = Int(PCSCLITE_MAX_READERS_CONTEXTS) - 1

    /// Establishes a context. Throws ``PCSCError/Code/noService`` when pcscd does not run.
    package init() throws(PCSCError) {
        context = try Context()
    }

    /// Ends the context now rather than at the end of the scope.
    package consuming func release() {}

    /// Lets another thread end a wait on this context.
    package var canceller: Canceller { Canceller(context) }

    /// The names of the readers that the service knows now; empty without any.
    package borrowing func readerNames() throws(PCSCError) -> [String] {
        // The most that the service can hold, so that no reader can appear between asking for the size and the list.
        var names = [CChar](repeating: 0, count: Int(PCSCLITE_MAX_READERS_CONTEXTS) * Int(MAX_READERNAME) + 1)
        var length = DWORD(names.count)
        do {
            try Operation.listReaders.check(
                ReaderTable.alone { SCardListReaders(context.handle, nil, &names, &length) }, context: context.handle)
        } catch  where error.code == .noReadersAvailable {
            return []
        }
        return names.prefix(Int(length: length)).split(separator: 0).map { name in
            String(decoding: name.lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Waits until the state of one of the readers differs from the state given, at most for `timeout`.
    ///
    /// Each state carries the service's answer into the next call, with the event counter in its high word, so a
    /// card that left and came back between two calls is seen. ``ReaderState/newReaders`` as an element also ends
    /// the wait when a reader is plugged in or out; the service can lose that event (a reader may come between
    /// listing and waiting), so keep `timeout` at a second or so and list the readers again.
    ///
    /// - Returns: false when the time is over and nothing changed.
    /// - Throws: ``PCSCError/Code/unknownReader`` when any of the readers has gone meanwhile;
    ///   ``PCSCError/Code/cancelled`` after ``Canceller/cancel()``.
    package borrowing func waitForChange(
        in states: inout [ReaderState], timeout: Duration
    ) throws(PCSCError) -> Bool {
        if states.count > Self.maximumWatchedReaders + 1 {
            fatalError("invariant violated: \(states.count) readers in one wait")
        }
        let context = self.context
        let code = ReaderState.withServiceStates(&states) { pointer, count in
            ReaderTable.alone { SCardGetStatusChange(context.handle, DWORD(milliseconds: timeout), pointer, count) }
        }
        do {
            try Operation.getStatusChange.check(code, context: context.handle)
        } catch  where error.code == .timeout {
            return false
        }
        return true
    }

    /// Connects to the card in a reader and powers it.
    ///
    /// Exclusive unless told otherwise: pcsc-lite lets a shared user's transaction block everyone else without a
    /// limit of time. A direct connection reaches a reader without a card, for ``CardHandle/control(_:_:)``.
    package borrowing func connect(
        to readerName: String, share: ShareMode = .exclusive, protocols: CardProtocols = .any
    ) throws(PCSCError) -> CardHandle {
        var handle: SCARDHANDLE = 0
        var active: DWORD = 0
        let wanted = share == .direct ? [] : protocols
        let code = SCardConnect(
            context.handle, readerName, DWORD(constant: share.rawValue), DWORD(constant: wanted.rawValue), &handle,
            &active)
        try Operation.connect.check(code, context: context.handle)
        return CardHandle(handle, context: context, activeProtocol: CardProtocols(rawValue: UInt32(word: active)))
    }
}
