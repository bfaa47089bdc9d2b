import Payments

/// The books cannot be written out as they came. Numbers 3401–3419.
package struct ExportError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// Entries or opening balances do not sum to zero.
        case unbalanced = 3401
        /// An account that this version does not know: hub and command are of different versions.
        case unknownAccount = 3402
        /// Postings that do not come in order of business day.
        case outOfOrder = 3403
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var number: Int { code.rawValue }

    package var message: String {
        switch code {
        case .unbalanced: "the entries do not sum to zero; run till-hub books check"
        case .unknownAccount: "the hub names an account that this version does not know"
        case .outOfOrder: "the hub's postings are not in order of business day"
        }
    }
}
