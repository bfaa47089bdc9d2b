import HTTPTypes
import HubProtocol
import Payments

extension OperatorRoutes {
    var exportTable: [Route] {
        [
            .reading(.get, "/operator/v1/exports/postings", "exportPostings", .operator) { request in
                try await store.exportPostings(request.exportSelection(), request.page())
            },
            .reading(.get, "/operator/v1/exports/records", "exportRecords", .operator) { request in
                try await store.exportRecords(request.exportSelection(), request.page())
            },
            .reading(.get, "/operator/v1/exports/opening-balances", "exportOpeningBalances", .operator) { request in
                let accounts: ExportedAccounts = try request.choice(query: "accounts", standard: .summed)
                return try await store.openingBalances(
                    request.exportSelection(), eachAccount: accounts == .each, request.page())
            },
        ]
    }
}

/// Whether cardholders are shown one by one.
package enum ExportedAccounts: String, Codable, Sendable, CaseIterable {
    case summed, each
}

extension HubRequest {
    fileprivate func exportSelection() throws(HubRefusalError) -> ExportSelection {
        ExportSelection(
            from: try optionalIdentifier(query: "from"), through: try optionalIdentifier(query: "through"),
            snapshot: try number(query: "snapshot", in: 0...Int64.max, standard: nil))
    }
}
