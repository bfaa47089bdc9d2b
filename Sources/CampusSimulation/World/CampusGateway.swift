import Foundation
import Hub
import HubProtocol
import Payments
import Terminal

/// A terminal's way to the hub over the simulated network, with the meaning of answers as in the real adapter.
@SimulationActor final class CampusGateway: HubGateway {
    /// How long everything but a tap waits.
    private static let exchangeLimit = Duration.seconds(15)

    private let network: SimulatedNetwork
    private let authorization: String
    private let isAlive: @SimulationActor @Sendable () -> Bool

    /// - Parameter isAlive: whether the program that asks still runs: the dead send nothing.
    init(
        network: SimulatedNetwork, authorization: String, isAlive: @escaping @SimulationActor @Sendable () -> Bool
    ) {
        self.network = network
        self.authorization = authorization
        self.isAlive = isAlive
    }

    nonisolated func hold(_ request: HoldRequest, budget: Duration) async -> HubAnswer {
        do {
            let answer: HoldAnswer = try await post("/v1/holds", request, limit: budget)
            return answer.hubAnswer(to: Amount(fen: request.amountFen))
        } catch {
            return .none(error.offlineCause)
        }
    }

    nonisolated func load(_ request: LoadHoldRequest, budget: Duration) async -> LoadGrantAnswer {
        do {
            let answer: LoadHoldAnswer = try await post("/v1/loads", request, limit: budget)
            if let grant = answer.grant { return .granted(grant) }
            guard let reason = answer.reason.flatMap(DeclineReason.init(rawValue:)) else { return .none(.faulty) }
            return .declined(reason)
        } catch {
            return .none(error.offlineCause)
        }
    }

    nonisolated func register(_ registration: JournalRegistration) async throws(HubError) -> AcknowledgementMessage {
        try await post("/v1/journals", registration, limit: Self.exchangeLimit)
    }

    nonisolated func upload(_ batch: BatchUpload) async throws(HubError) -> AcknowledgementMessage {
        try await post("/v1/batches", batch, limit: Self.exchangeLimit)
    }

    nonisolated func changes(after cursor: UInt64, limit: Int) async throws(HubError) -> ChangesPage {
        try await exchange(.get, "/v1/changes?after=\(cursor)&limit=\(limit)", nil, limit: Self.exchangeLimit)
    }

    nonisolated func snapshot(after position: String?, limit: Int) async throws(HubError) -> SnapshotPage {
        let after = position.map { "after=\($0)&" } ?? ""
        return try await exchange(.get, "/v1/snapshot?\(after)limit=\(limit)", nil, limit: Self.exchangeLimit)
    }

    private nonisolated func post<Reply: Decodable & Sendable>(
        _ path: String, _ message: some Encodable & Sendable, limit: Duration
    ) async throws(HubError) -> Reply {
        let body: Data
        do {
            body = try JSONEncoder().encode(message)
        } catch {
            throw HubError(.answerMalformed, detail: "\(type(of: error))")
        }
        return try await exchange(.post, path, body, limit: limit)
    }

    private func exchange<Reply: Decodable & Sendable>(
        _ method: InProcessHub.Method, _ path: String, _ body: Data?, limit: Duration
    ) async throws(HubError) -> Reply {
        guard isAlive() else { throw HubError(.unreachable, detail: "dead") }
        let answer: CampusHub.Answer
        do throws(SimulatedNetwork.Failure) {
            answer = try await network.exchange(method, path, body, authorization: authorization, limit: limit)
        } catch {
            throw HubError(error == .timedOut ? .timedOut : .unreachable)
        }
        guard isAlive() else { throw HubError(.unreachable, detail: "dead") }
        guard answer.status == 200 else { throw Self.refusal(answer) }
        do {
            return try JSONDecoder().decode(Reply.self, from: answer.body)
        } catch {
            throw HubError(.answerMalformed)
        }
    }

    private nonisolated static func refusal(_ answer: CampusHub.Answer) -> HubError {
        guard let message = try? JSONDecoder().decode(RefusalMessage.self, from: answer.body),
            let refusal = message.refusal
        else { return HubError(.refusedOtherwise(status: answer.status)) }
        return HubError(.refused(refusal, acknowledged: message.acknowledged))
    }
}

extension HubError {
    /// What the failure means to a payer who waits, as in the real adapter.
    fileprivate var offlineCause: OfflineCause {
        switch code {
        case .unreachable: .unreachable
        case .timedOut: .timedOut
        case .answerMalformed, .refused, .refusedOtherwise: .faulty
        }
    }
}
