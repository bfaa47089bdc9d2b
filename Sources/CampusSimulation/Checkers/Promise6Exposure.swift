import HubProtocol
import Payments

/// Promise 6: what a terminal approved alone and the hub does not have stays within the published bound.
@SimulationActor package final class Promise6Exposure: PromiseChecker {
    package let promise = 6

    private struct Exposure {
        var sales: [UInt64: (account: AccountID, fen: Int64)] = [:]
        var atHub: UInt64 = 0
    }

    private var exposures: [Int: Exposure] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .shown(let sale):
            add(sale.record, terminal: sale.terminal)
            return excess(sale.terminal)
        case .opened(let terminal, let records):
            for record in records { add(record, terminal: terminal) }
            return excess(terminal)
        case .acknowledged(let terminal, _, let acknowledgement):
            var exposure = exposures[terminal] ?? Exposure()
            exposure.atHub = max(exposure.atHub, acknowledgement.sequence)
            exposure.sales = exposure.sales.filter { $0.key > exposure.atHub }
            exposures[terminal] = exposure
        case .imageRestored(let terminal, let copied, _):
            let atHub = exposures[terminal]?.atHub ?? 0
            exposures[terminal] = Exposure(atHub: min(atHub, copied))
        case .journalReplaced(let terminal, _, _): exposures[terminal] = nil
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] { [] }

    private func add(_ record: JournalRecord, terminal: Int) {
        guard record.outcome == .approved, let sale = record.sale, case .offline = sale.path,
            let account = sale.account, record.sequence > exposures[terminal]?.atHub ?? 0
        else { return }
        exposures[terminal, default: Exposure()].sales[record.sequence] = (account, sale.amount.fen)
    }

    /// The published formula, in plain numbers: per account at most so much and so often, per terminal at most so much.
    private func excess(_ terminal: Int) -> String? {
        let policy = CampusPolicy.offline
        let sales = (exposures[terminal]?.sales ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        if sales.contains(where: { $0.fen > policy.floorLimit.fen }) {
            return "terminal \(terminal) approved alone above the floor limit"
        }
        let sum = sales.reduce(0) { $0 + $1.fen }
        if sum > policy.terminalAmount.fen || sales.count > policy.terminalCount {
            return "terminal \(terminal) approved \(sales.count) sales of \(sum) fen alone"
        }
        for account in Set(sales.map(\.account)).sorted() {
            let own = sales.filter { $0.account == account }
            let sum = own.reduce(0) { $0 + $1.fen }
            if sum > policy.cardAmount.fen || own.count > policy.cardCount {
                return "terminal \(terminal) approved \(own.count) sales of \(sum) fen of \(account) alone"
            }
        }
        return nil
    }
}
