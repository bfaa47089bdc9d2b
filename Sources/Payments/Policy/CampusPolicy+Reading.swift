extension CampusPolicy {
    /// Most merchants, meals and scopes of one document: far above any campus, and bounds what a terminal stores.
    private static let merchantLimit = 10_000
    private static let entryLimit = 200

    /// Reads and checks a document.
    ///
    /// - Throws: ``PolicyError`` that names every bad value with its path.
    package init(_ document: PolicyNode) throws(PolicyError) {
        var reader = PolicyReader(document, path: "")
        let campus = reader.text("campus", "a name of letters, digits, - _ .", ClassName.init(text:))
        let version = reader.number("version", in: 1...1_000_000_000)
        let validFrom = reader.number("validFromSeconds", in: 0...4_102_444_800, default: 0)
        let timeZone = reader.number("timeZoneSeconds", in: -43_200...50_400, default: 28_800)
        let meals = Self.meals(&reader)
        let merchants = Self.merchants(&reader)
        let entries = Self.entries(&reader, meals: meals)
        let windows = ServiceWindows(meals.map(\.window))
        if windows == nil { reader.report("meals", "two meals have the same number or are open at the same time") }
        let problems = reader.finish()
        guard problems.isEmpty, let campus, let version, let validFrom, let timeZone, let windows else {
            throw PolicyError(problems)
        }
        self.init(
            campus: campus, version: UInt64(version), validFrom: UnixTime(seconds: validFrom),
            timeZoneOffset: timeZone, meals: meals, windows: windows, merchantClasses: merchants, entries: entries)
    }

    private static func meals(_ reader: inout PolicyReader) -> [Meal] {
        reader.list("meals", atMost: 32).enumerated().compactMap { index, node in
            var item = PolicyReader(node, path: "meals[\(index)]")
            let id = item.number("id", in: 1...255)
            let name = item.text("name", "1 to 32 characters") { (1...32).contains($0.count) ? $0 : nil }
            let start = item.text("from", "a time of day such as 06:30", minuteOfDay)
            let end = item.text("to", "a time of day such as 09:00", minuteOfDay)
            if let start, let end, end <= start { item.report("to", "a meal ends after it begins, on the same day") }
            reader.add(item.finish())
            guard let id, let name, let start, let end,
                let window = ServiceWindows.Window(id: UInt8(id), start: start, end: end)
            else { return nil }
            return Meal(window: window, name: name)
        }
    }

    private static func merchants(_ reader: inout PolicyReader) -> [MerchantID: ClassName] {
        var classes: [MerchantID: ClassName] = [:]
        for (name, node) in reader.object("merchantClasses") {
            let path = "merchantClasses.\(name)"
            guard let merchantClass = ClassName(text: name) else {
                reader.add([PolicyProblem(path: path, text: "expected a name of letters, digits, - _ .")])
                continue
            }
            guard case .list(let items) = node, items.count <= merchantLimit else {
                reader.add([PolicyProblem(path: path, text: "expected a list of at most \(merchantLimit)")])
                continue
            }
            for (index, item) in items.enumerated() {
                guard case .text(let text) = item, let merchant = MerchantID(text: text) else {
                    reader.add([PolicyProblem(path: "\(path)[\(index)]", text: "expected the name of a merchant")])
                    continue
                }
                if classes.updateValue(merchantClass, forKey: merchant) != nil {
                    reader.add([PolicyProblem(path: "\(path)[\(index)]", text: "the merchant has a class already")])
                }
            }
        }
        return classes
    }

    private static func entries(_ reader: inout PolicyReader, meals: [Meal]) -> [Entry] {
        var scopes: Set<PolicyScope> = []
        var entries: [Entry] = []
        for (index, node) in reader.list("rules", atMost: entryLimit).enumerated() {
            var item = PolicyReader(node, path: "rules[\(index)]")
            let expected = "a name of letters, digits, - _ ."
            var scope = PolicyScope()
            scope.merchantClass = item.text("merchantClass", expected, optional: true, ClassName.init(text:))
            scope.cardClass = item.text("cardClass", expected, optional: true, ClassName.init(text:))
            if item.node("meal") != nil {
                scope.meal = item.number("meal", in: 1...255).map(UInt8.init)
                if let meal = scope.meal, !meals.contains(where: { $0.window.id == meal }) {
                    item.report("meal", "there is no such meal")
                }
            }
            let values = PolicyRule.allCases.reduce(into: [:]) { values, rule in
                read(rule, &item, scope: scope, into: &values)
            }
            reader.add(item.finish())
            if !scopes.insert(scope).inserted {
                reader.add([PolicyProblem(path: item.path, text: "another entry is for \(scope)")])
            }
            entries.append(Entry(scope: scope, values: values))
        }
        return entries
    }

    private static func read(
        _ rule: PolicyRule, _ item: inout PolicyReader, scope: PolicyScope, into values: inout [PolicyRule: Int64?]
    ) {
        guard let node = item.node(rule.rawValue) else { return }
        if rule.isOfTerminal, scope.cardClass != nil {
            item.report(rule.rawValue, "is about the whole terminal and cannot differ between card classes")
        }
        if scope.meal != nil, !rule.isOfMeal {
            item.report(rule.rawValue, "cannot differ between meals")
        }
        switch node {
        case .null where rule.isOptional: values[rule] = .some(nil)
        case .flag(let flag) where rule.kind == .flag: values[rule] = flag ? 1 : 0
        case .number(let number) where rule.kind != .flag && rule.range.contains(number): values[rule] = number
        default:
            let expected =
                rule.kind == .flag
                ? "true or false" : "a whole number from \(rule.range.lowerBound) to \(rule.range.upperBound)"
            item.report(rule.rawValue, "expected \(expected)\(rule.isOptional ? ", or null" : "")")
        }
    }

    /// Minutes since midnight of `06:30`; `24:00` is the day's end.
    private static func minuteOfDay(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60
        else { return nil }
        let minutes = hour * 60 + minute
        return minutes <= 1440 ? minutes : nil
    }
}
