/// A trap of pcscd 1.9.9 and its library, the test that steps into it, and what keeps the daemon out of it.
///
/// `docs/reference/readers.md` holds the same table.
struct ReaderTrap {
    let trap: String
    /// The test's sentence.
    let test: String
    let handling: String

    static let all = [
        ReaderTrap(
            trap: "a cancel before the wait begins is lost",
            test: "trap: a cancel that comes before the wait is lost",
            handling: "`Canceller` says so; who needs certainty repeats it"),
        ReaderTrap(
            trap: "the same, when the daemon stops",
            test: "trap: a monitor ends at whatever moment it is closed, although a cancel may come too early",
            handling: "`PCSCReaderMonitor.close()` cancels until its thread has ended"),
        ReaderTrap(
            trap: "a context from before a restart is dead and still called valid",
            test: "trap: after a restart the service's library calls a dead context valid",
            handling: "nobody asks SCardIsValidContext about it; `PCSCError.Code.endsContext` decides"),
        ReaderTrap(
            trap: "the same, met by a lane",
            test: "a context from before a restart that nobody noticed on the card's thread is replaced",
            handling: "`CardConnection` connects once more with a new context"),
        ReaderTrap(
            trap: "a card that left and came back between two waits",
            test: "a card that left and came back between two waits is seen by the event count",
            handling: "`ReaderState` carries the high 16 bits over; `ReaderPresence` compares them"),
        ReaderTrap(
            trap: "a card put back faster than the service looks",
            test: "promise 7: a card put back at once after a tear, too fast for the service to see, works again",
            handling: "`CardConnection` activates the card afresh and never lets the service power it off"),
        ReaderTrap(
            trap: "one unknown reader fails the wait for all",
            test: "trap: one reader that has gone makes the whole wait fail; the others are watched on",
            handling: "`PCSCReaderMonitor` lists the readers again before every wait"),
        ReaderTrap(
            trap: "a reader goes away while it is waited for",
            test: "trap: a reader that stops answering while it is waited for is missed, and comes back by itself",
            handling: "`ReaderState.isReaderGone`; the lane gets `readerUnavailable`"),
        ReaderTrap(
            trap: "a driver takes escapes under a number of its own, or not at all",
            test: "a driver's own number for escapes is asked for, and the lights get what the table says",
            handling: "`ControlCode.escape(offeredIn:)`; without an offer no signal is sent"),
        ReaderTrap(
            trap: "a reader is unplugged and plugged in again",
            test: "a reader that is unplugged and plugged in again comes back by itself",
            handling: "`ReaderPresence` looks for it in every list"),
        ReaderTrap(
            trap: "a card is pulled between two exchanges",
            test: "a card pulled between exchanges is noticed by exchange and event; the next tap works",
            handling: "`removedCard` becomes `cardRemoved`"),
        ReaderTrap(
            trap: "a card pulled inside an exchange is success with no bytes",
            test: "a card pulled inside an exchange is a communication error, never an empty success",
            handling: "`CardHandle.transmit` makes it `shortAnswer`, the lane gets `communication`"),
        ReaderTrap(
            trap: "success with one byte",
            test: "an answer shorter than a status word is a communication error",
            handling: "the same"),
        ReaderTrap(
            trap: "a killed service leaves its socket file",
            test: "trap: a service that was killed leaves its socket behind; the reader says so and comes back",
            handling: "`PCSCReaderMonitor` tries again, at most a second apart"),
        ReaderTrap(
            trap: "no readers at all",
            test: "trap: a service without readers is no error, and the wait for new ones ends in time",
            handling: "an empty list; the lane gets `readerUnavailable`"),
        ReaderTrap(
            trap: "the entry for new readers misses one that comes before the wait",
            test: "trap: a service without readers is no error, and the wait for new ones ends in time",
            handling: "no wait is longer than a second, and the readers are listed after each"),
        ReaderTrap(
            trap: "another process holds the reader",
            test: "trap: another process holds the reader; the lane is told, and recovers when it is let go",
            handling: "`readerInUse`; the next `connect()` tries again"),
        ReaderTrap(
            trap: "another process wants the reader while we have it",
            test: "while the lane has the card, another program is kept out",
            handling: "SCARD_SHARE_EXCLUSIVE, never a transaction"),
        ReaderTrap(
            trap: "a card that does not answer blocks its caller without limit",
            test: "promise 14: a card that never answers is given up while the other reader goes on",
            handling: "the watchdog of `PCSCCardReader`; one thread is left to the call"),
        ReaderTrap(
            trap: "a service that hangs",
            test: "a service that hangs does not hang the lane, and is used again when it goes on",
            handling: "the same"),
        ReaderTrap(
            trap: "a card that nobody connects to loses its power after half a second",
            test: "trap: the service powers off a card that nobody asks; the lane that asks later finds it powered",
            handling: "`connect()` powers it; nothing sleeps between an insertion and its event"),
        ReaderTrap(
            trap: "power-off of a card that has just left hides the next",
            test: "the second tap works after a first that was let go in either way",
            handling: "`CardConnection` leaves cards powered"),
        ReaderTrap(
            trap: "a call on a context waits for the one under way on it",
            test: "two readers work at once through one monitor, and each hears of its own cards only",
            handling: "one context per thread: watch, each reader, each question to a new reader"),
        ReaderTrap(
            trap: "contexts that are not released end at 200",
            test: "readers that come and go, and many taps, leave no context behind",
            handling: "`Context` releases itself"),
        ReaderTrap(
            trap: "a wait for more than 16 entries is refused",
            test: "trap: with as many readers as the service takes, one wait too many is never asked of it",
            handling: "`PCSCReaderMonitor` watches 15 readers and the entry for new ones"),
        ReaderTrap(
            trap: "a card without an answer to reset counts as present",
            test: "trap: a card that gives no answer to reset, or two that drown each other out, is told as that",
            handling: "`connect()` says `unresponsiveCard`, and the lane asks for one card alone"),
        ReaderTrap(
            trap: "with T=0 no command has both data and an expected length",
            test: "trap: over T=0 a command with data goes without Le, and a card that offers T=1 gets it",
            handling: "`CardConnection` leaves Le out under T=0; `CardExchange` fetches what 61xx announces"),
    ]

    static var rows: [String] {
        ["| trap | handled where | test |", "| --- | --- | --- |"]
            + all.map { "| \($0.trap) | \($0.handling) | \($0.test) |" }
    }
}
