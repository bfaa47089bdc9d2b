import HubProtocol
import Payments

/// What a terminal says about the moment of asking for a hold. It is no part of the hold's terms: a resend after
/// another offline sale rightly says something else.
package struct HoldCircumstances: Sendable, Hashable {
    /// What the terminal approved alone for the account and has not delivered.
    package var undelivered: Amount
    /// The part of it that the subsidy purse paid.
    package var undeliveredSubsidy: Amount
    /// The undelivered sales of the open meal in which subsidy was spent.
    package var undeliveredMealSubsidies: Int
    /// The version of the account's PIN that the payer entered rightly; `nil` when none was entered.
    package var pinVersion: UInt64?

    package init(
        undelivered: Amount = .zero, undeliveredSubsidy: Amount = .zero, undeliveredMealSubsidies: Int = 0,
        pinVersion: UInt64? = nil
    ) {
        self.undelivered = undelivered
        self.undeliveredSubsidy = undeliveredSubsidy
        self.undeliveredMealSubsidies = undeliveredMealSubsidies
        self.pinVersion = pinVersion
    }

    /// What the request says, with its values checked.
    ///
    /// - Throws: ``HubRefusalError`` that names the wrong field.
    init(_ request: HoldRequest) throws(HubRefusalError) {
        guard (0...HubLimits.undeliveredFen).contains(request.undeliveredFen) else {
            throw HubRefusalError(.malformedRequest, "undeliveredFen: from 0 to \(HubLimits.undeliveredFen)")
        }
        let subsidy = request.undeliveredSubsidyFen ?? 0
        guard (0...request.undeliveredFen).contains(subsidy) else {
            throw HubRefusalError(.malformedRequest, "undeliveredSubsidyFen: from 0 to undeliveredFen")
        }
        let meals = request.undeliveredMealSubsidies ?? 0
        guard (0...HubLimits.undeliveredMealSubsidies).contains(meals) else {
            throw HubRefusalError(
                .malformedRequest, "undeliveredMealSubsidies: from 0 to \(HubLimits.undeliveredMealSubsidies)")
        }
        self.init(
            undelivered: Amount(fen: request.undeliveredFen), undeliveredSubsidy: Amount(fen: subsidy),
            undeliveredMealSubsidies: meals, pinVersion: request.pinVersion)
    }
}
