import HubProtocol
import Payments

/// Checks of what an operator typed.
enum Texts {
    static func checkName(_ name: String) throws(HubRefusalError) {
        try check(name, field: "name", limit: HubLimits.nameBytes)
    }

    /// 1 to `limit` bytes, no control characters: they would break tables and logs.
    static func check(_ text: String, field: String, limit: Int) throws(HubRefusalError) {
        guard (1...limit).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw HubRefusalError(
                .malformedRequest, "\(field): 1 to \(limit) bytes of UTF-8 without control characters")
        }
    }

    /// 1 fen to the sale maximum.
    static func checkAmount(_ fen: Int64, field: String) throws(HubRefusalError) {
        guard fen > 0, Amount(fen: fen) <= .saleMaximum else {
            throw HubRefusalError(.malformedRequest, "\(field): from 1 to \(Amount.saleMaximum.fen)")
        }
    }
}
