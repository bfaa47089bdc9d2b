import HTTPTypes
import HubProtocol
import Payments

extension OperatorRoutes {
    var purseTable: [Route] {
        [
            .reading(.get, "/operator/v1/purses", "listPurses", .operator) { request in
                try await store.purses(
                    request.choice(query: "state", standard: PurseFilter.all), request.page(), now: request.now)
            },
            .reading(.get, "/operator/v1/purses/{card}", "showPurse", .operator) { request in
                try await store.purse(request.identifier("card"), now: request.now)
            },
            .reading(.get, "/operator/v1/purses/{card}/transactions", "listPurseTransactions", .operator) { request in
                try await store.purseTransactions(
                    request.identifier("card"), request.choice(query: "kind", standard: PurseMoveKind.purchase),
                    request.page())
            },
            .taking(.post, "/operator/v1/purses/{card}/open", "openPurse", .operator, PurseOpening.self) {
                request, opening in
                try Texts.checkAmount(opening.balanceFen, field: "balanceFen")
                return try await store.openPurse(
                    request.identifier("card"), balance: Amount(fen: opening.balanceFen), now: request.now)
            },
            .taking(.post, "/operator/v1/purses/{card}/correct", "correctPurse", .operator, PurseCorrection.self) {
                request, correction in
                try Texts.check(correction.note, field: "note", limit: HubLimits.noteBytes)
                try Texts.check(correction.reference, field: "reference", limit: HubLimits.referenceBytes)
                return try await store.correctPurse(request.identifier("card"), correction, now: request.now)
            },
            .reading(.get, "/operator/v1/purse-transactions/{transaction}", "showPurseTransaction", .operator) {
                request in
                try await store.purseTransaction(request.identifier("transaction"))
            },
            .taking(
                .post, "/operator/v1/purse-transactions/{transaction}/resolve", "resolvePurseTransaction", .operator,
                PurseResolution.self
            ) { request, resolution in
                try Texts.check(resolution.note, field: "note", limit: HubLimits.noteBytes)
                return try await store.resolvePurseTransaction(
                    request.identifier("transaction"), resolution, now: request.now)
            },
        ]
    }
}
