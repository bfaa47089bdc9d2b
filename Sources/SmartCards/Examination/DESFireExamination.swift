import Payments

/// Is it a DESFire card, and which version? Asked last: GetVersion is no command of ISO 7816-4.
struct DESFireExamination: ExaminationSubject {
    private var exchange = DESFireExchange(.getVersion)
    private var next: CommandAPDU?
    private var version: DESFireVersion?

    init() { next = exchange.first }

    mutating func nextCommand() -> CommandAPDU? {
        defer { next = nil }
        return next
    }

    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>) {
        guard case .success(let answer) = answer else { return }
        switch exchange.receive(answer.bytes) {
        case .transmit(let command): next = command
        case .malformed: break
        case .complete(let answer):
            guard answer.status == .success else { return }
            do throws(DESFireError) { version = try DESFireVersion(decoding: answer.data) } catch { return }
        }
    }

    var privateBytes: [[UInt8]] { version.map { [$0.uid] } ?? [] }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        guard let version else { return }
        report.add(ExaminationText("DESFire", "DESFire 卡"), version.examinationText)
    }
}
