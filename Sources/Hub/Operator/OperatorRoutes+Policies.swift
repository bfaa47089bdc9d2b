import HTTPTypes
import HubProtocol
import Payments

extension OperatorRoutes {
    var policyTable: [Route] {
        [
            .taking(.post, "/operator/v1/policies", "setPolicy", .operator, NewPolicy.self) { request, policy in
                try Texts.check(policy.note, field: "note", limit: HubLimits.noteBytes)
                return try await store.setPolicy(policy, now: request.now)
            },
            .reading(.get, "/operator/v1/policies", "listPolicies", .operator) { request in
                try await store.policies(request.page())
            },
            .reading(.get, "/operator/v1/policy", "showPolicy", .operator) { _ in try await store.policy() },
            .reading(.get, "/operator/v1/accounts/{account}/terms", "showAccountTerms", .operator) { request in
                try await store.terms(of: request.identifier("account"), now: request.now)
            },
            .taking(
                .put, "/operator/v1/accounts/{account}/terms", "setAccountTerms", .operator, AccountTermsChange.self
            ) { request, terms in
                for (field, fen) in [("singleLimitFen", terms.singleLimitFen), ("dayLimitFen", terms.dayLimitFen)] {
                    guard (0...Amount.saleMaximum.fen).contains(fen ?? 0) else {
                        throw HubRefusalError(.malformedRequest, "\(field): from 0 to \(Amount.saleMaximum.fen)")
                    }
                }
                return try await store.setTerms(terms, of: request.identifier("account"), now: request.now)
            },
            .taking(.put, "/operator/v1/accounts/{account}/pin", "setPIN", .operator, NewPIN.self) { request, new in
                guard let pin = AccountPIN(text: new.pin) else {
                    throw HubRefusalError(.malformedRequest, "pin: 6 digits")
                }
                let salt = registrar.random.bytes(count: PINHash.saltBytes)
                return try await store.setPIN(
                    pin.hash(salt: salt), of: request.identifier("account"), now: request.now)
            },
            .reading(.post, "/operator/v1/accounts/{account}/pin/unlock", "unlockPIN", .operator) { request in
                try await store.setPIN(nil, of: request.identifier("account"), now: request.now)
            },
            .taking(
                .post, "/operator/v1/accounts/{account}/subsidy/grant", "grantSubsidy", .operator, SubsidyGrant.self
            ) { request, grant in
                try Texts.checkAmount(grant.amountFen, field: "amountFen")
                try Texts.check(grant.reference, field: "reference", limit: HubLimits.referenceBytes)
                guard (0...4_102_444_800_000).contains(grant.endsAtMilliseconds) else {
                    throw HubRefusalError(.malformedRequest, "endsAtMilliseconds: before the year 2100")
                }
                return try await store.grantSubsidy(grant, to: request.identifier("account"), now: request.now)
            },
            .taking(
                .post, "/operator/v1/accounts/{account}/subsidy/expire", "expireSubsidy", .operator,
                SubsidyExpiry.self
            ) { request, expiry in
                try Texts.check(expiry.reference, field: "reference", limit: HubLimits.referenceBytes)
                return try await store.expireSubsidy(expiry, of: request.identifier("account"), now: request.now)
            },
        ]
    }
}
