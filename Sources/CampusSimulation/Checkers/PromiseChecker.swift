/// Watches one promise. It knows what happened in the campus and what is left at the end, and uses nothing of the code
/// whose promise it watches.
@SimulationActor package protocol PromiseChecker: AnyObject {
    /// The promise's number in `docs/promises.md`.
    var promise: Int { get }

    /// Called with everything that happens, in order.
    ///
    /// - Returns: what is wrong, in a sentence; `nil` when nothing is.
    func observe(_ event: CampusEvent) -> String?

    /// Called once, after everything was healed and came to rest.
    func judge(_ end: CampusEnd) -> [String]
}

extension PromiseChecker {
    /// The checker's name: a promise may have several.
    package var name: String { "\(type(of: self))" }
}

/// A promise that was not kept.
package struct Violation: Sendable, Hashable {
    package var promise: Int
    /// Name of the checker that found it; `Simulation` for the simulation itself.
    package var checker: String
    package var text: String
    /// Virtual time since the start.
    package var at: Duration
}
