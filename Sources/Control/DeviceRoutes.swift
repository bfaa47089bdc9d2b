import ControlProtocol
import Hummingbird
import Payments
import Terminal

/// The paths for readers and the secure module.
struct DeviceRoutes {
    let core: TerminalCore

    func add(to group: RouterGroup<BasicRequestContext>) {
        group.get("/readers") { _, _ in ReadersMessage(readers: core.readers().map(ReadersMessage.Reader.init)) }
        group.post("/secure-module/reset") { request, context in try await reset(request, context) }
    }

    private func reset(_ request: Request, _ context: BasicRequestContext) async throws -> SecureModuleMessage {
        let message: SecureModuleResetMessage
        do {
            message = try await request.decode(as: SecureModuleResetMessage.self, context: context)
        } catch {
            throw LaneRefusal(.requestMalformed)
        }
        guard let what = SecureModuleReset(rawValue: message.reset) else { throw LaneRefusal(.requestMalformed) }
        return SecureModuleMessage(try await core.secureModule.reset(what))
    }
}

extension ReadersMessage: ResponseEncodable {}
extension SecureModuleMessage: ResponseEncodable {}

extension ReadersMessage.Reader {
    init(_ facts: ReaderFacts) {
        self.init(
            name: facts.name, serialNumber: facts.serialNumber, port: facts.port, model: facts.model,
            valueDialect: facts.valueDialect, feedback: facts.givesFeedback,
            secureModuleSlot: facts.isSecureModuleSlot, working: facts.isWorking, hasCard: facts.hasCard,
            user: facts.user, selector: facts.selector)
    }
}

extension SecureModuleMessage {
    init(_ status: SecureModuleStatus) {
        self.init(
            condition: status.condition.rawValue, terminal: status.terminal?.text, serialEnding: status.serialEnding,
            wrongMAC2Count: status.wrongMAC2Count, fault: status.fault.map { "E\($0.number): \($0.message)" })
    }
}
