import CPCSC

/// Ends a wait from another thread; the only part of a context that may leave its thread.
///
/// It does not keep the context alive. A cancel that comes before the wait begins is lost, and none interrupts an
/// exchange with a card: who needs certainty repeats it until the waiting thread has answered.
package struct Canceller: Sendable {
    private weak let context: Context?

    init(_ context: Context) { self.context = context }

    /// Makes a wait that is under way throw ``PCSCError/Code/cancelled``. Without one it does nothing.
    package func cancel() {
        guard let context else { return }
        // Whatever this returns, the wait either ends or has ended: a service that is gone ends it by itself.
        _ = SCardCancel(context.handle)
    }
}
