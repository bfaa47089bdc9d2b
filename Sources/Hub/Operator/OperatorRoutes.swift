import HTTPTypes
import HubProtocol
import Payments

/// The operator's interface, on the UNIX socket only.
package struct OperatorRoutes: Sendable {
    let store: any HubStore
    let codes: CodeDesk
    let registrar: TerminalRegistrar
    let campus: String
    let timeZoneOffsetSeconds: Int64

    package var table: [Route] {
        hubTable + accountTable + cardTable + purseTable + terminalTable + listTable + booksTable + policyTable
    }

    private var hubTable: [Route] {
        [
            .reading(.get, "/operator/v1/hub", "getHub", .operator, hub),
            .reading(.get, "/operator/v1/books/check", "checkBooks", .operator) { _ in try await store.checkBooks() },
        ]
    }

    private var accountTable: [Route] {
        [
            .taking(.post, "/operator/v1/accounts", "createAccount", .operator, NewAccount.self) { request, account in
                try Texts.checkName(account.name)
                return try await store.createAccount(account, now: request.now)
            },
            .reading(.get, "/operator/v1/accounts", "listAccounts", .operator) { request in
                try await store.accounts(request.page())
            },
            .reading(.get, "/operator/v1/debts", "listDebts", .operator) { request in
                try await store.debts(request.page())
            },
            .reading(.get, "/operator/v1/accounts/{account}", "showAccount", .operator) { request in
                try await store.account(request.identifier("account"))
            },
            .reading(.get, "/operator/v1/accounts/{account}/statement", "showAccountStatement", .operator) { request in
                try await store.statement(
                    account: request.identifier("account"), before: request.before(), limit: request.pageLimit())
            },
            status("freeze", "freezeAccount", .frozen, from: [.active]),
            status("unfreeze", "unfreezeAccount", .active, from: [.frozen]),
            status("close", "closeAccount", .closed, from: [.active, .frozen]),
            .taking(.post, "/operator/v1/topups", "topUp", .operator, TopUpRequest.self) { request, topUp in
                try Texts.checkAmount(topUp.amountFen, field: "amountFen")
                try Texts.check(topUp.reference, field: "reference", limit: HubLimits.referenceBytes)
                return try await store.topUp(topUp, now: request.now)
            },
            .taking(.post, "/operator/v1/codes", "issueCode", .operator, CodeRequest.self) { request, code in
                try await codes.issue(code, now: request.now)
            },
        ]
    }

    private var cardTable: [Route] {
        [
            .taking(.post, "/operator/v1/cards", "issueCard", .operator, NewCard.self) { request, card in
                try await store.issueCard(card, now: request.now)
            },
            .reading(.get, "/operator/v1/cards", "listCards", .operator) { request in
                try await store.cards(account: request.optionalIdentifier(query: "account"), request.page())
            },
            card("lost", "reportCardLost", .lost),
            card("stolen", "reportCardStolen", .stolen),
            card("found", "reportCardFound", .found),
            card("close", "closeCard", .closed),
        ]
    }

    private var terminalTable: [Route] {
        [
            .taking(.post, "/operator/v1/terminals", "registerTerminal", .operator, NewTerminal.self) {
                request, terminal in
                try await registrar.register(terminal, now: request.now)
            },
            .reading(.get, "/operator/v1/terminals", "listTerminals", .operator) { request in
                try await store.terminals(request.page())
            },
            .reading(.get, "/operator/v1/terminals/{terminal}", "showTerminal", .operator) { request in
                try await store.terminal(request.identifier("terminal"))
            },
            .reading(.post, "/operator/v1/terminals/{terminal}/disable", "disableTerminal", .operator) { request in
                try await store.setEnabled(false, terminal: request.identifier("terminal"))
            },
            .reading(.post, "/operator/v1/terminals/{terminal}/enable", "enableTerminal", .operator) { request in
                try await store.setEnabled(true, terminal: request.identifier("terminal"))
            },
            .reading(.post, "/operator/v1/terminals/{terminal}/reset-journal", "resetTerminalJournal", .operator) {
                request in
                try await store.resetJournal(request.identifier("terminal"), now: request.now)
            },
            .taking(
                .put, "/operator/v1/terminals/{terminal}/merchants", "setTerminalMerchants", .operator,
                TerminalMerchants.self
            ) { request, body in
                try TerminalRegistrar.check(merchants: body.merchants)
                return try await store.setMerchants(body.merchants, terminal: request.identifier("terminal"))
            },
        ]
    }

    private var listTable: [Route] {
        [
            .taking(.post, "/operator/v1/merchants", "addMerchant", .operator, NewMerchant.self) { request, merchant in
                try Texts.checkName(merchant.name)
                return try await store.addMerchant(merchant, now: request.now)
            },
            .reading(.get, "/operator/v1/merchants", "listMerchants", .operator) { request in
                try await store.merchants(request.page())
            },
            .reading(.get, "/operator/v1/merchants/{merchant}/statement", "showMerchantStatement", .operator) {
                request in
                try await store.statement(
                    merchant: request.identifier("merchant"), before: request.before(), limit: request.pageLimit())
            },
            .reading(.get, "/operator/v1/exceptions", "listExceptions", .operator) { request in
                try await store.exceptions(request.exceptionSearch(), request.page())
            },
            .taking(.post, "/operator/v1/exceptions/{exception}/close", "closeException", .operator, ExceptionNote.self)
            {
                request, body in
                try Texts.check(body.note, field: "note", limit: HubLimits.noteBytes)
                guard let id = request.parameters["exception"].flatMap(Int64.init) else {
                    throw HubRefusalError(.malformedRequest, "exception: a number")
                }
                let closing = ExceptionClosing(
                    note: body.note, resolution: body.resolution ?? .explained, adjustment: body.adjustment)
                return try await store.closeException(id, closing, by: request.peer, now: request.now)
            },
            .reading(.get, "/operator/v1/holds", "listHolds", .operator) { request in
                let filter: HoldFilter = try request.choice(query: "state", standard: .active)
                return try await store.holds(
                    account: request.optionalIdentifier(query: "account"), activeOnly: filter == .active,
                    request.page())
            },
        ]
    }

    private func hub(_ request: HubRequest) async throws -> HubStatus {
        let figures = try await store.figures()
        return HubStatus(
            campus: campus, timeZoneOffsetSeconds: timeZoneOffsetSeconds,
            hubTimeMilliseconds: request.now.milliseconds, accounts: figures.accounts, terminals: figures.terminals,
            openExceptions: figures.openExceptions, issuesCodes: codes.issuer != nil,
            books: try await store.booksOverview(now: request.now))
    }

    private func status(
        _ verb: String, _ operationID: String, _ status: AccountStatus, from: Set<AccountStatus>
    ) -> Route {
        .reading(.post, "/operator/v1/accounts/{account}/\(verb)", operationID, .operator) { request in
            try await store.setStatus(status, account: request.identifier("account"), from: from)
        }
    }

    private func card(_ verb: String, _ operationID: String, _ change: CardChange) -> Route {
        .reading(.post, "/operator/v1/cards/{card}/\(verb)", operationID, .operator) { request in
            try await store.change(card: request.identifier("card"), change)
        }
    }
}

/// Which holds to list.
package enum HoldFilter: String, Codable, Sendable, CaseIterable {
    case active, all
}

extension HubRequest {
    /// Where a statement page starts.
    fileprivate func before() throws(HubRefusalError) -> Int64? {
        try number(query: "before", in: 1...Int64.max, standard: nil)
    }
}
