@preconcurrency import Dispatch
import PCSC
import Synchronization

/// Who the readers are that the service lists now.
///
/// Each is asked once, on a thread of its own: the service blocks a caller for as long as another program has a
/// transaction on that reader, and the readers of the other lanes must not wait for that (promise 14).
final class ReaderIdentities: Sendable {
    typealias Probe = @Sendable (_ readerName: String) throws(PCSCError) -> ReaderIdentity

    private enum Entry {
        /// A thread is asking; the number tells it from an earlier one that asked a reader of the same name.
        case pending(Int)
        /// The reader was in use and is asked again.
        case unanswered
        case known(ReaderIdentity)
    }

    private struct Book {
        var entries: [String: Entry] = [:]
        var lastNumber = 0
    }

    /// How long new readers are waited for, so that a lane hears of them when it is known whose they are. An answer
    /// takes a millisecond; one that takes longer counts when it comes.
    private static let patience: DispatchTimeInterval = .milliseconds(300)

    private let probe: Probe
    private let book = Mutex(Book())

    init(probe: @escaping Probe) { self.probe = probe }

    /// Forgets the readers that are not among `names` (the next of such a name may be another), and asks those that
    /// are new.
    ///
    /// - Parameter mayAsk: false for a reader that a lane has: the question would get in its way.
    func update(_ names: some Sequence<String>, mayAsk: (String) -> Bool) {
        let names = Set(names)
        let asked = book.withLock { book in
            book.entries = book.entries.filter { names.contains($0.key) }
            return names.filter { name in
                switch book.entries[name] {
                case nil, .unanswered: mayAsk(name)
                case .pending, .known: false
                }
            }
        }
        let answered = DispatchSemaphore(value: 0)
        for name in asked { ask(name, answered) }
        let deadline = DispatchTime.now() + Self.patience
        for _ in asked where answered.wait(timeout: deadline) == .timedOut { return }
    }

    /// Forgets all.
    func removeAll() { book.withLock { $0.entries = [:] } }

    /// What is known about a reader now: at least what its name says.
    subscript(name: String) -> ReaderIdentity {
        if case .known(let identity) = book.withLock({ $0.entries[name] }) { return identity }
        return ReaderIdentity(readerName: name)
    }

    private func ask(_ name: String, _ answered: DispatchSemaphore) {
        let number = book.withLock { book in
            book.lastNumber += 1
            book.entries[name] = .pending(book.lastNumber)
            return book.lastNumber
        }
        let code = DeviceThread.start(name: "reader-probe") { [self] in
            settle(name, number, answer(name))
            answered.signal()
        }
        if code != 0 {
            settle(name, number, .unanswered)
            answered.signal()
        }
    }

    private func answer(_ name: String) -> Entry {
        do throws(PCSCError) {
            return .known(try probe(name))
        } catch {
            // In use now; or a reader that cannot be asked, of which there is no more than its name.
            return error.code == .sharingViolation ? .unanswered : .known(ReaderIdentity(readerName: name))
        }
    }

    private func settle(_ name: String, _ number: Int, _ entry: Entry) {
        book.withLock { book in
            if case .pending(number) = book.entries[name] { book.entries[name] = entry }
        }
    }
}
