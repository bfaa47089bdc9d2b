import Payments

/// The simulation itself could not go on. Numbers 3981–3989.
package struct CampusFailure: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// No folder could be made for the run's files.
        case noFolder = 3981
        /// The hub did not take what the campus office asked of it.
        case officeRefused = 3982
        /// The campus did not come to rest after everything was healed.
        case notLevel = 3983
    }

    package let code: Code
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .noFolder: "the simulation cannot make its folder"
            case .officeRefused: "the simulated office was refused"
            case .notLevel: "the campus did not come to rest"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }
}
