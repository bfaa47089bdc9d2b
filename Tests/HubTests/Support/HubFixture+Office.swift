import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Hummingbird
import Payments
import TestSupport
import Testing

/// What a card office sets up before anybody can eat.
extension HubFixture {
    static let canteen = "canteen-1"

    func merchant(_ id: String = canteen) async throws -> MerchantID {
        let id = try #require(MerchantID(text: id))
        try await operate(.post, "/merchants", NewMerchant(id: id, name: "第一食堂"), as: MerchantSummary.self)
        return id
    }

    /// An account with money and, unless told otherwise, a card.
    @discardableResult
    func account(_ number: UInt64, fen: Int64 = 0) async throws -> AccountID {
        let id = try #require(AccountID(number: number))
        try await operate(.post, "/accounts", NewAccount(id: id, name: "李雷"), as: AccountSummary.self)
        try await operate(.post, "/cards", NewCard(id: Self.card(number), account: id), as: CardSummary.self)
        if fen > 0 {
            try await operate(
                .post, "/topups", TopUpRequest(account: id, amountFen: fen, reference: "first-\(number)"),
                as: TopUpReceipt.self)
        }
        return id
    }

    /// The card that ``account(_:fen:)`` issues.
    static func card(_ number: UInt64) -> CardID { .uid(number.bigEndianBytes(count: 7)) }

    /// A registered terminal with its journal.
    func terminal(_ merchants: [MerchantID], journal: UInt32 = 0xA0A0_0001) async throws -> TestTerminal {
        let credentials = try await operate(
            .post, "/terminals", NewTerminal(name: "counter", merchants: merchants), as: TerminalCredentials.self)
        let terminal = TestTerminal(
            hub: self, credentials: credentials, merchant: try #require(merchants.first),
            journal: JournalID(number: journal))
        try await terminal.register()
        return terminal
    }

    func balance(_ account: AccountID) async throws -> Int64 {
        try await operate(.get, "/accounts/\(account.text)", as: AccountSummary.self).balanceFen
    }

    func held(_ account: AccountID) async throws -> Int64 {
        try await operate(.get, "/accounts/\(account.text)", as: AccountSummary.self).heldFen
    }

    func exceptions() async throws -> [ExceptionSummary] {
        try await operate(.get, "/exceptions?limit=1000", as: Page<ExceptionSummary>.self).items
    }

    /// The books, which every test leaves sound.
    func requireSoundBooks(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let report = try await operate(.get, "/books/check", as: BooksReport.self)
        #expect(report.sound, "\(report.findings)", sourceLocation: sourceLocation)
        #expect(report.trialBalance.reduce(0) { $0 + $1.balanceFen } == 0, sourceLocation: sourceLocation)
    }
}
