import Payments
import Yams

extension ConfigurationSection {
    /// The value that `parse` makes of the text under `key`. Everything else here is built on it.
    ///
    /// - Parameters:
    ///   - expected: what would have been right, for the error: `12 hexadecimal digits`.
    ///   - fallback: the value when the key is left out; without one the key is required.
    ///   - secret: whether an error must not show what was found.
    ///   - parse: `nil` when the text is not such a value. It gets the text as written, so a number keeps its zeros.
    package func value<Value>(
        _ key: String, expected: String, default fallback: Value? = nil, secret: Bool = false,
        _ parse: (String) -> Value?
    ) -> Setting<Value> {
        switch find(key) {
        case .nothing(line: nil):
            if let fallback { return .found(fallback) }
            return .rejected(report(.missingKey, key, line: nil, "missing key, expected \(expected)"))
        case .nothing(let line):
            return .rejected(report(.wrongValue, key, line: line, "expected \(expected), found nothing"))
        case .node(.scalar(let scalar), let line):
            if let value = parse(scalar.string) { return .found(value) }
            let found = secret ? "a value that is not shown" : "\"\(visible(scalar.string))\""
            return .rejected(report(.wrongValue, key, line: line, "expected \(expected), found \(found)"))
        case .node(let node, let line):
            return .rejected(report(.wrongValue, key, line: line, "expected \(expected), found \(node.kind)"))
        case .rejected(let error):
            return .rejected(error)
        }
    }

    /// Like ``value(_:expected:default:secret:_:)``, `nil` when the key is left out.
    package func optionalValue<Value>(
        _ key: String, expected: String, secret: Bool = false, _ parse: (String) -> Value?
    ) -> Setting<Value?> {
        if case .nothing(line: nil) = find(key) { return .found(nil) }
        return value(key, expected: expected, secret: secret, parse).map(Optional.some)
    }

    /// Text that is not empty.
    package func string(_ key: String, default fallback: String? = nil) -> Setting<String> {
        value(key, expected: "text", default: fallback) { $0.isEmpty ? nil : $0 }
    }

    /// Text that is not empty, `nil` when the key is left out.
    package func optionalString(_ key: String) -> Setting<String?> {
        optionalValue(key, expected: "text") { $0.isEmpty ? nil : $0 }
    }

    /// Text that no error, log or description shows.
    package func secret(_ key: String) -> Setting<Secret> {
        value(key, expected: "text", secret: true) { $0.isEmpty ? nil : Secret(Array($0.utf8)) }
    }

    /// A whole number in `range`, in decimal digits.
    package func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) -> Setting<Int> {
        value(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", default: fallback) {
            guard !$0.hasPrefix("+"), let number = Int($0), range.contains(number) else { return nil }
            return number
        }
    }

    /// `true` or `false`, and no other spelling.
    package func boolean(_ key: String, default fallback: Bool? = nil) -> Setting<Bool> {
        value(key, expected: "true or false", default: fallback) { Bool($0) }
    }

    /// A whole number with a unit (`ms`, `s`, `min`, `h`, `d`) in `range`.
    package func duration(
        _ key: String, in range: ClosedRange<Duration>, default fallback: Duration? = nil
    ) -> Setting<Duration> {
        let bounds = "from \(DurationText.render(range.lowerBound)) to \(DurationText.render(range.upperBound))"
        return value(key, expected: "a duration such as 150ms, 10s, 5min or 24h \(bounds)", default: fallback) {
            guard let duration = DurationText.parse($0), range.contains(duration) else { return nil }
            return duration
        }
    }

    /// Yuan with at most two decimals, `30.00`.
    package func amount(_ key: String, default fallback: Amount? = nil) -> Setting<Amount> {
        value(
            key, expected: "an amount in yuan such as 30.00, up to \(Amount.saleMaximum.yuanText)", default: fallback
        ) { Amount(yuan: $0) }
    }

    /// One of the words of `type`.
    package func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, as type: Choice.Type, default fallback: Choice? = nil
    ) -> Setting<Choice> {
        let words = type.allCases.map(\.rawValue).joined(separator: ", ")
        return value(key, expected: "one of \(words)", default: fallback) { Choice(rawValue: $0) }
    }

    /// Seconds east of Greenwich, written `+08:00`.
    package func timeZone(_ key: String, default fallback: Int64? = nil) -> Setting<Int64> {
        value(key, expected: "an offset from UTC such as +08:00", default: fallback) { text in
            let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
            guard let sign = ["+": 1, "-": -1][text.prefix(1)], parts.count == 2,
                parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
                let hours = Int64(parts[0]), (0...14).contains(hours),
                let minutes = Int64(parts[1]), (0...59).contains(minutes)
            else { return nil }
            return Int64(sign) * (hours * 3600 + minutes * 60)
        }
    }

    /// The texts of the list under `key`, none of them empty.
    ///
    /// - Parameter fallback: the list when the key is left out; without one the key is required.
    package func strings(_ key: String, default fallback: [String]? = nil) -> Setting<[String]> {
        switch find(key) {
        case .nothing(line: nil):
            if let fallback { return .found(fallback) }
            return .rejected(report(.missingKey, key, line: nil, "missing key, expected a list of texts"))
        case .nothing(let line):
            return .rejected(report(.wrongValue, key, line: line, "expected a list of texts, found nothing"))
        case .node(.sequence(let sequence), _):
            var texts: [String] = []
            var rejection: ConfigurationError?
            for (index, node) in sequence.enumerated() {
                if node.isAnything, let text = node.scalar?.string, !text.isEmpty {
                    texts.append(text)
                } else {
                    let place = "\(key)[\(index)]"
                    rejection = report(
                        .wrongValue, place, line: node.mark?.line, "expected text, found \(node.kind)")
                }
            }
            return rejection.map(Setting.rejected) ?? .found(texts)
        case .node(let node, let line):
            return .rejected(report(.wrongValue, key, line: line, "expected a list of texts, found \(node.kind)"))
        case .rejected(let error):
            return .rejected(error)
        }
    }
}
