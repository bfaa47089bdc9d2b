import Payments

/// The operator asked for something that a lane cannot do now. Numbers 6001–6099.
package struct LaneRefusal: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case laneUnknown = 6001
        case laneBusy = 6002
        case amountInvalid = 6003
        /// The reference was used before for another amount.
        case referenceReused = 6004
        case saleUnknown = 6005
        /// The sale is being decided; it cannot be taken back any more.
        case tooLateToCancel = 6006
        case referenceInvalid = 6007
        case requestMalformed = 6008
        /// An account's PIN is six digits; a card's is 2 to 6 bytes, two digits each.
        case pinMalformed = 6009
        /// The sale does not wait for a PIN.
        case pinNotAwaited = 6065
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var number: Int { code.rawValue }

    package var message: String {
        switch code {
        case .laneUnknown: "there is no such lane"
        case .laneBusy: "the lane is serving another sale"
        case .amountInvalid: "the amount must be from 0.01 to \(Amount.saleMaximum.yuanText) yuan, at most two decimals"
        case .referenceReused: "the reference was used for another amount"
        case .saleUnknown: "there is no sale with this reference"
        case .tooLateToCancel: "the sale is being decided and cannot be cancelled"
        case .referenceInvalid: "a reference is 1 to 64 letters, digits, '-', '_' or '.'"
        case .requestMalformed: "the request cannot be understood"
        case .pinMalformed: "an account's PIN has six digits; a card's has 4 to 12 digits, an even number"
        case .pinNotAwaited: "the sale does not wait for a PIN"
        }
    }
}
