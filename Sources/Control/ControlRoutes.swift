import ControlProtocol
import HTTPTypes
import HubProtocol
import Hummingbird
import Payments
import SmartCards
import Terminal

/// The paths of the control interface.
struct ControlRoutes {
    let core: TerminalCore

    /// Longest time that a question for a sale's outcome is kept open, seconds. A caller that wants more asks again.
    private static let waitLimit = 25
    /// Most records in one answer.
    private static let pageLimit = 500

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ControlErrorMiddleware())
        router.get("/healthz") { _, _ in "ok\n" }
        router.get("/readyz") { _, _ -> String in
            _ = try await core.queue.figures()
            return "ready\n"
        }
        let v1 = router.group("/v1")
        v1.get("/status") { _, _ in try await status() }
        v1.put("/lanes/{lane}/sales/{reference}") { request, context in try await arm(request, context) }
        v1.get("/lanes/{lane}/sales/{reference}") { request, context in try await outcome(request, context) }
        v1.delete("/lanes/{lane}/sales/{reference}") { _, context in try await cancel(context) }
        v1.put("/lanes/{lane}/sales/{reference}/pin") { request, context in try await enterPIN(request, context) }
        v1.get("/journal") { request, _ in try await page(request) }
        v1.get("/journal/export") { request, _ in try await export(request) }
        v1.post("/journal/verify") { _, _ in try await verify() }
        v1.post("/sync") { _, _ in try await sync() }
        CorrectionRoutes(core: core).add(to: v1)
        InspectionRoutes(core: core).add(to: v1)
        DeviceRoutes(core: core).add(to: v1)
        PolicyRoutes(core: core).add(to: v1)
        return router
    }

    // MARK: - Status

    private func status() async throws -> StatusMessage {
        let figures = try await core.queue.figures()
        let now = core.clock.now()
        var lanes: [StatusMessage.Lane] = []
        for lane in core.lanes { lanes.append(StatusMessage.Lane(await lane.status())) }
        let sync = core.sync.current
        var message = StatusMessage(
            terminal: core.facts.terminal, merchant: core.facts.merchant, version: core.facts.version,
            processID: core.facts.processID, timeMilliseconds: now.milliseconds,
            clockOffsetMilliseconds: core.clock.wallClockOffset().wholeMilliseconds,
            secureModule: core.facts.secureModule,
            secureModuleStatus: await core.secureModule.status().map(SecureModuleMessage.init), lanes: lanes,
            journal: StatusMessage.Journal(
                journal: core.queue.journal, sequence: figures.sequence, hash: figures.hash.text,
                acknowledged: figures.acknowledged, unsentCount: figures.unsentCount,
                unsentFen: figures.unsentAmount.fen,
                oldestUnsentSeconds: figures.oldestUnsent.map { now.since($0).components.seconds }),
            hub: StatusMessage.Hub(
                url: core.facts.hubURL, reachable: sync.failure == nil && sync.lastLevel != nil,
                failure: sync.failure.map { "E\($0.number): \($0.message)" }, alarm: sync.failure?.isAlarm ?? false,
                lastContactMilliseconds: figures.lastHubContact?.milliseconds, replicaCursor: figures.replicaCursor,
                accounts: figures.accounts, hotListed: figures.hotListed))
        if let alarm = try await core.policy.alarm() { message.alarms = [alarm] }
        return message
    }

    // MARK: - Sales

    private func arm(_ request: Request, _ context: BasicRequestContext) async throws -> SaleMessage {
        let (lane, reference) = try target(context)
        let message: SaleOrderMessage
        do {
            message = try await request.decode(as: SaleOrderMessage.self, context: context)
        } catch {
            throw LaneRefusal(.requestMalformed)
        }
        let amount = Amount(fen: message.amountFen)
        guard amount > .zero, amount <= .saleMaximum else { throw LaneRefusal(.amountInvalid) }
        var order = SaleOrder(kind: try kind(message), reference: reference, amount: amount)
        if let text = message.pin {
            guard let pin = AccountPIN(text: text), message.load == nil else { throw LaneRefusal(.pinMalformed) }
            order.pin = pin
        }
        try await lane.arm(order)
        return try await sale(lane, reference, wait: .zero)
    }

    private func kind(_ message: SaleOrderMessage) throws(LaneRefusal) -> OrderKind {
        guard let load = message.load else { return .sale }
        guard let text = load.pin else { return .load(nil) }
        guard let pin = Hex.decode(text).flatMap({ CardPIN($0) }) else { throw LaneRefusal(.pinMalformed) }
        return .load(pin)
    }

    private func outcome(_ request: Request, _ context: BasicRequestContext) async throws -> SaleMessage {
        let (lane, reference) = try target(context)
        let seconds = try number(request, "wait", default: 0, limit: UInt64(Self.waitLimit))
        return try await sale(lane, reference, wait: .seconds(Int64(seconds)))
    }

    private func cancel(_ context: BasicRequestContext) async throws -> SaleMessage {
        let (lane, reference) = try target(context)
        try await lane.cancel(reference)
        return try await sale(lane, reference, wait: .zero)
    }

    private func enterPIN(_ request: Request, _ context: BasicRequestContext) async throws -> SaleMessage {
        let (lane, reference) = try target(context)
        let message: EnteredPINMessage
        do {
            message = try await request.decode(as: EnteredPINMessage.self, context: context)
        } catch {
            throw LaneRefusal(.requestMalformed)
        }
        try await lane.enterPIN(message.pin, for: reference)
        return try await sale(lane, reference, wait: .zero)
    }

    private func sale(_ lane: Lane, _ reference: SaleReference, wait: Duration) async throws -> SaleMessage {
        let order = try await lane.order(of: reference)
        if let outcome = try await lane.outcome(of: reference, waitingAtMost: wait) {
            return SaleMessage(order, lane: lane.id, outcome: outcome)
        }
        return SaleMessage(order, lane: lane.id, display: await lane.status().display)
    }

    private func target(_ context: BasicRequestContext) throws -> (Lane, SaleReference) {
        guard let id = LaneID(text: context.parameters.get("lane") ?? "") else { throw LaneRefusal(.laneUnknown) }
        guard let reference = SaleReference(text: context.parameters.get("reference") ?? "") else {
            throw LaneRefusal(.referenceInvalid)
        }
        return (try core.lane(id), reference)
    }

    // MARK: - Journal and sync

    private func page(_ request: Request) async throws -> JournalPageMessage {
        let acknowledged = try await core.queue.figures().acknowledged
        let records = try await records(request)
        return JournalPageMessage(
            records: records.map { JournalLineMessage($0, isAcknowledged: $0.record.sequence <= acknowledged) })
    }

    private func export(_ request: Request) async throws -> JournalExportMessage {
        JournalExportMessage(
            terminal: core.facts.terminal, journal: core.queue.journal,
            records: try await records(request).map {
                JournalExportMessage.Record(record: RecordMessage($0.record), hash: $0.hash)
            })
    }

    private func records(_ request: Request) async throws -> [ArchivedRecord] {
        let after = try number(request, "after", default: 0, limit: UInt64(Int64.max))
        let limit = try number(request, "limit", default: UInt64(Self.pageLimit), limit: UInt64(Self.pageLimit))
        return try await core.archive.records(after: after, limit: Int(limit))
    }

    private func verify() async throws -> VerificationMessage {
        let figures = try await core.queue.figures()
        let result = try await core.archive.verify()
        return VerificationMessage(
            sound: result.findings.isEmpty, records: result.records, approvedCount: result.approvedCount,
            approvedFen: result.approvedAmount.fen, hash: figures.hash.text, findings: result.findings)
    }

    private func sync() async throws -> SyncMessage {
        let state = await core.sync.syncNow()
        let figures = try await core.queue.figures()
        return SyncMessage(
            level: state.failure == nil && figures.unsentCount == 0,
            failure: state.failure.map { "E\($0.number): \($0.message)" },
            unsentCount: figures.unsentCount, acknowledged: figures.acknowledged)
    }

    /// A query parameter that must be a whole number from 0 to `limit`.
    private func number(_ request: Request, _ name: String, default: UInt64, limit: UInt64) throws -> UInt64 {
        guard let text = request.uri.queryParameters[name[...]] else { return `default` }
        guard let value = UInt64(text), value <= limit else { throw LaneRefusal(.requestMalformed) }
        return value
    }
}
