import Payments

/// Which of the writes that wait share the next commit.
///
/// A payer stands at the terminal while a hold waits, nobody while a batch does. So what is urgent goes first, and a
/// commit takes no more records than a hold can wait for. One write that is not urgent goes into every commit, however
/// many holds wait, so that a busy lunch does not keep the records of the morning from the hub.
struct CommitQueue<Write> {
    private let writesMaximum: Int
    private let recordsMaximum: Int
    private var urgent: [Write] = []
    private var ordinary: [(write: Write, records: Int)] = []

    /// - Parameters:
    ///   - writesMaximum: most writes in one commit.
    ///   - recordsMaximum: most records that they store together; a single write may have more.
    init(writesMaximum: Int, recordsMaximum: Int) {
        invariant(writesMaximum > 0 && recordsMaximum > 0, "a commit has room for one write")
        self.writesMaximum = writesMaximum
        self.recordsMaximum = recordsMaximum
    }

    var isEmpty: Bool { urgent.isEmpty && ordinary.isEmpty }

    /// Writes that wait.
    var urgentCount: Int { urgent.count }
    var ordinaryCount: Int { ordinary.count }

    mutating func append(_ write: Write, _ urgency: CommitUrgency) {
        switch urgency {
        case .payerWaits: urgent.append(write)
        case .records(let count): ordinary.append((write, count))
        }
    }

    /// Takes the writes of the next commit, in the order in which they run.
    mutating func next() -> [Write] {
        let reserved = ordinary.isEmpty || writesMaximum == 1 ? 0 : 1
        var group = Array(urgent.prefix(writesMaximum - reserved))
        urgent.removeFirst(group.count)
        var (taken, records) = (0, 0)
        for waiting in ordinary {
            records += waiting.records
            guard group.count < writesMaximum, taken == 0 || records <= recordsMaximum else { break }
            group.append(waiting.write)
            taken += 1
        }
        ordinary.removeFirst(taken)
        return group
    }
}

/// How long a write may wait for its commit.
enum CommitUrgency: Sendable, Hashable {
    /// Goes before everything that waits, and stores a row or two.
    case payerWaits
    /// Takes its turn; stores about that many records, at least 1.
    case records(Int)
}
