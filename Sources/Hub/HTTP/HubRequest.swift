import Certificates
import Foundation
import HubProtocol
import Payments

/// A request as a handler sees it: read whole, its sender known.
struct HubRequest: Sendable {
    /// Who asks; `nil` on routes that need no credentials.
    let terminal: TerminalID?
    /// The certificate under which it asks; `nil` without TLS.
    let certificate: CertificateSerial?
    let now: UnixTime
    /// Who asks on the operator socket; `nil` where that cannot be known.
    var peer: OperatorIdentity?
    /// Values of the path's `{name}` parts.
    let parameters: [String: String]
    let query: [String: String]
    let body: Data

    /// The terminal that asks.
    func authenticatedTerminal() throws(HubRefusalError) -> TerminalID {
        guard let terminal else { throw HubRefusalError(.unauthenticated, "credentials are needed") }
        return terminal
    }

    /// The person who asks, for what counts persons.
    func identifiedOperator() throws(HubRefusalError) -> OperatorIdentity {
        guard let peer else { throw HubRefusalError(.operatorUnknown, "the hub cannot tell who asks") }
        return peer
    }

    /// The body as a `Body`.
    ///
    /// - Throws: ``HubRefusalError`` that names the path of the wrong field, never its value.
    func decoded<Body: Decodable>(as type: Body.Type) throws(HubRefusalError) -> Body {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            let path = NumberFlaw.path(in: body, decodedAs: type)
            throw HubRefusalError(
                .malformedRequest, path.map { "\($0): a number that does not fit" } ?? "the body is not valid JSON")
        } catch let error as DecodingError {
            throw HubRefusalError(.malformedRequest, error.flaw)
        } catch {
            throw HubRefusalError(.malformedRequest, "the body is not valid JSON")
        }
    }

    /// An id in the path.
    func identifier<ID: TextIdentifier>(_ name: String, as type: ID.Type = ID.self) throws(HubRefusalError) -> ID {
        guard let value = parameters[name].flatMap(ID.init(text:)) else {
            throw HubRefusalError(.malformedRequest, "\(name): not a valid id")
        }
        return value
    }

    /// An id in the query; `nil` when absent.
    func optionalIdentifier<ID: TextIdentifier>(
        query name: String, as type: ID.Type = ID.self
    ) throws(HubRefusalError) -> ID? {
        guard let text = query[name] else { return nil }
        guard let value = ID(text: text) else { throw HubRefusalError(.malformedRequest, "\(name): not a valid id") }
        return value
    }

    /// A number in the query within `range`; `standard` when absent.
    func number<Number: FixedWidthInteger>(
        query name: String, in range: ClosedRange<Number>, standard: Number?
    ) throws(HubRefusalError) -> Number? {
        guard let text = query[name] else { return standard }
        guard let value = Number(text), range.contains(value) else {
            throw HubRefusalError(
                .malformedRequest, "\(name): a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// One of the names of `Choice` in the query; `standard` when absent.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        query name: String, standard: Choice
    ) throws(HubRefusalError) -> Choice {
        guard let text = query[name] else { return standard }
        guard let value = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw HubRefusalError(.malformedRequest, "\(name): one of \(names)")
        }
        return value
    }

    /// Which page of a list is wanted.
    func page() throws(HubRefusalError) -> PageRequest {
        PageRequest(after: query["after"], limit: try pageLimit())
    }

    /// How many items a page may have.
    func pageLimit() throws(HubRefusalError) -> Int {
        try number(query: "limit", in: 1...HubLimits.pageItems, standard: nil) ?? HubLimits.pageItemsStandard
    }
}

extension DecodingError {
    /// Where the JSON is wrong and how, without any value of it.
    fileprivate var flaw: String {
        switch self {
        case .keyNotFound(let key, let context): "\(Self.path(context.codingPath + [key])): missing"
        case .valueNotFound(_, let context): "\(Self.path(context.codingPath)): missing"
        case .typeMismatch(_, let context): "\(Self.path(context.codingPath)): wrong type"
        case .dataCorrupted(let context): "\(Self.path(context.codingPath)): not a valid value"
        @unknown default: "the body is not valid JSON"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        if keys.isEmpty { return "the body" }
        return keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
