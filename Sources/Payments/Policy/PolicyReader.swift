/// Reads one object of a policy document and collects what is wrong with it.
struct PolicyReader {
    let path: String
    private let members: [String: PolicyNode]
    private var asked: Set<String> = []
    private(set) var problems: [PolicyProblem] = []

    init(_ node: PolicyNode, path: String) {
        self.path = path
        if case .object(let members) = node {
            self.members = members
        } else {
            members = [:]
            problems = [PolicyProblem(path: path, text: "expected an object")]
        }
    }

    /// The path of a member.
    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    mutating func report(_ key: String, _ text: String) {
        problems.append(PolicyProblem(path: path(of: key), text: text))
    }

    mutating func add(_ others: [PolicyProblem]) { problems += others }

    /// The member as it stands; `nil` when it is absent.
    mutating func node(_ key: String) -> PolicyNode? {
        asked.insert(key)
        return members[key]
    }

    /// A whole number inside `range`.
    mutating func number(_ key: String, in range: ClosedRange<Int64>, default standard: Int64? = nil) -> Int64? {
        guard let node = node(key) else {
            if standard == nil { report(key, "is missing") }
            return standard
        }
        guard case .number(let number) = node, range.contains(number) else {
            report(key, "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A text that `parse` understands.
    mutating func text<Value>(
        _ key: String, _ expected: String, optional: Bool = false, _ parse: (String) -> Value?
    ) -> Value? {
        guard let node = node(key) else {
            if !optional { report(key, "is missing") }
            return nil
        }
        guard case .text(let text) = node, let value = parse(text) else {
            report(key, "expected \(expected)")
            return nil
        }
        return value
    }

    /// A list; an absent one is empty.
    mutating func list(_ key: String, atMost limit: Int) -> [PolicyNode] {
        guard let node = node(key) else { return [] }
        guard case .list(let items) = node, items.count <= limit else {
            report(key, "expected a list of at most \(limit)")
            return []
        }
        return items
    }

    /// The members of an object; an absent one is empty.
    mutating func object(_ key: String) -> [(key: String, value: PolicyNode)] {
        guard let node = node(key) else { return [] }
        guard case .object(let members) = node else {
            report(key, "expected an object")
            return []
        }
        return members.sorted { $0.key < $1.key }
    }

    /// Reports every member that nobody asked for, and gives all problems.
    mutating func finish() -> [PolicyProblem] {
        for key in members.keys.sorted() where !asked.contains(key) { report(key, "is not known") }
        return problems
    }
}
