import Foundation
import Testing
import Yams

/// As much of JSON Schema as the hub's OpenAPI document uses: type, required, properties, additionalProperties,
/// items, enum, $ref, pattern-free.
struct OpenAPIDocument {
    let root: [String: Any]

    init(path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        root = try #require(try Yams.load(yaml: text) as? [String: Any])
    }

    /// `docs/reference/hub-openapi.yaml` of this checkout.
    static func hub() throws -> OpenAPIDocument {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let repository = tests.deletingLastPathComponent().deletingLastPathComponent()
        return try OpenAPIDocument(path: repository.appendingPathComponent("docs/reference/hub-openapi.yaml").path)
    }

    var paths: [String: [String: Any]] { root["paths"] as? [String: [String: Any]] ?? [:] }

    /// What a `#/components/…` reference names.
    func resolve(_ reference: String) throws -> [String: Any] {
        var value: Any = root
        for part in reference.dropFirst(2).split(separator: "/") {
            value = try #require((value as? [String: Any])?[String(part)], "\(reference) does not resolve")
        }
        return try #require(value as? [String: Any])
    }

    /// Every `$ref` in the document.
    func references(in value: Any? = nil) -> [String] {
        switch value ?? root {
        case let dictionary as [String: Any]:
            dictionary.flatMap { key, value in
                key == "$ref" ? [value as? String].compactMap(\.self) : references(in: value)
            }
        case let array as [Any]: array.flatMap { references(in: $0) }
        default: []
        }
    }

    func schema(_ name: String) throws -> [String: Any] { try resolve("#/components/schemas/\(name)") }

    /// What is wrong with `value` under `schema`, one line each.
    func flaws(of value: Any, schema: [String: Any], at place: String = "$") throws -> [String] {
        if let reference = schema["$ref"] as? String {
            return try flaws(of: value, schema: try resolve(reference), at: place)
        }
        if let choices = schema["enum"] as? [Any] {
            let found = choices.contains { String(describing: $0) == String(describing: value) }
            return found ? [] : ["\(place): not one of the enum"]
        }
        switch schema["type"] as? String {
        case "object": return try objectFlaws(of: value, schema: schema, at: place)
        case "array":
            guard let array = value as? [Any] else { return ["\(place): not an array"] }
            let items = try #require(schema["items"] as? [String: Any], "\(place): array schema without items")
            return try array.enumerated().flatMap {
                try flaws(of: $0.element, schema: items, at: "\(place)[\($0.offset)]")
            }
        case "string": return value is String ? [] : ["\(place): not a string"]
        case "boolean": return (value as? NSNumber).map(Self.isBoolean) == true ? [] : ["\(place): not a boolean"]
        case "integer":
            guard let number = value as? NSNumber, !Self.isBoolean(number),
                number.doubleValue.rounded() == number.doubleValue
            else { return ["\(place): not an integer"] }
            return []
        default: return ["\(place): schema has no type"]
        }
    }

    private func objectFlaws(of value: Any, schema: [String: Any], at place: String) throws -> [String] {
        guard let object = value as? [String: Any] else { return ["\(place): not an object"] }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        let required = schema["required"] as? [String] ?? []
        var flaws = required.filter { object[$0] == nil }.map { "\(place).\($0): missing" }
        for (key, value) in object {
            guard let property = properties[key] else {
                if schema["additionalProperties"] as? Bool == false {
                    flaws.append("\(place).\(key): not in the schema")
                }
                continue
            }
            flaws += try self.flaws(of: value, schema: property, at: "\(place).\(key)")
        }
        return flaws
    }

    private static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
