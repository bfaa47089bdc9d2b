import Foundation

/// Finds the number that does not fit its field.
///
/// Foundation's decoder says of such a number only that the JSON is invalid, without its place. This search runs on
/// bodies that were refused for it, so its cost, a dozen decodings, is nobody's but the sender's.
enum NumberFlaw {
    private enum Step {
        case key(String)
        case index(Int)
    }

    /// Most numbers searched: a full batch has about 3,000.
    private static let limit = 10_000

    /// Path of the last number that `type` cannot hold; `nil` when the body is not JSON, or wrong in another way.
    static func path<Body: Decodable>(in body: Data, decodedAs type: Body.Type) -> String? {
        guard let tree = try? JSONSerialization.jsonObject(with: body) else { return nil }
        let leaves = numbers(in: tree)
        guard leaves.count <= limit else { return nil }
        // With all numbers up to the wrong one replaced the error is gone; before that it is there.
        var (low, high) = (0, leaves.count)
        guard fails(tree, type), !fails(replaced(tree, first: leaves.count), type) else { return nil }
        while low + 1 < high {
            let middle = (low + high) / 2
            if fails(replaced(tree, first: middle), type) { low = middle } else { high = middle }
        }
        return text(leaves[low])
    }

    private static func numbers(in value: Any) -> [[Step]] {
        switch value {
        case let object as [String: Any]:
            object.keys.sorted().flatMap { key in
                object[key].map { numbers(in: $0).map { [.key(key)] + $0 } } ?? []
            }
        case let array as [Any]:
            array.enumerated().flatMap { index, element in numbers(in: element).map { [.index(index)] + $0 } }
        case is NSNumber: [[]]
        default: []
        }
    }

    /// The tree with 1, a number that fits every field, in place of its first `count` numbers.
    private static func replaced(_ tree: Any, first count: Int) -> Any {
        var count = count
        return replaced(tree, remaining: &count)
    }

    private static func replaced(_ value: Any, remaining: inout Int) -> Any {
        switch value {
        case let object as [String: Any]:
            var object = object
            for key in object.keys.sorted() {
                if let child = object[key] { object[key] = replaced(child, remaining: &remaining) }
            }
            return object
        case let array as [Any]:
            return array.map { replaced($0, remaining: &remaining) }
        case is NSNumber where remaining > 0:
            remaining -= 1
            return 1
        default:
            return value
        }
    }

    /// Whether decoding ends with the error that names no place.
    private static func fails<Body: Decodable>(_ tree: Any, _ type: Body.Type) -> Bool {
        do {
            _ = try JSONDecoder().decode(type, from: JSONSerialization.data(withJSONObject: tree))
            return false
        } catch DecodingError.dataCorrupted(let context) {
            return context.codingPath.isEmpty
        } catch {
            return false
        }
    }

    private static func text(_ path: [Step]) -> String {
        path.reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}
