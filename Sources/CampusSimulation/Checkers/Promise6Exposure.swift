import HubProtocol
import Payments

/// Promise 6: what a terminal approved alone and the hub does not have stays within the bound that the product itself
/// publishes for the policy in force.
@SimulationActor package final class Promise6Exposure: PromiseChecker {
    package let promise = 6

    private struct Sale {
        var account: AccountID
        var fen: Int64
        /// In force when it was approved.
        var policy: UInt64
    }

    private struct Exposure {
        var sales: [UInt64: Sale] = [:]
        var atHub: UInt64 = 0
    }

    private var exposures: [Int: Exposure] = [:]
    private var inForce: [Int: UInt64] = [:]
    private var bounds: [UInt64: TerminalExposure] = [:]

    package init() {
        let bootstrap = CampusPolicy(bootstrap: CampusRules.offline, timeZoneOffset: CampusRules.timeZoneOffset)
        bounds[0] = bootstrap.exposure(of: .standard)
    }

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .shown(let sale):
            add(sale.record, terminal: sale.terminal)
            return excess(sale.terminal)
        case .opened(let terminal, let records):
            for record in records { add(record, terminal: terminal) }
            return excess(terminal)
        case .policyInForce(let terminal, let policy):
            inForce[terminal] = policy?.version ?? 0
            if let policy { bounds[policy.version] = policy.exposure(of: .standard) }
        case .acknowledged(let terminal, _, let acknowledgement):
            var exposure = exposures[terminal] ?? Exposure()
            exposure.atHub = max(exposure.atHub, acknowledgement.sequence)
            exposure.sales = exposure.sales.filter { $0.key > exposure.atHub }
            exposures[terminal] = exposure
        case .imageRestored(let terminal, let copied, _):
            // What it approved since the copy is forgotten with the allowance that it used.
            var exposure = exposures[terminal] ?? Exposure()
            exposure.sales = exposure.sales.filter { $0.key <= copied }
            exposure.atHub = min(exposure.atHub, copied)
            exposures[terminal] = exposure
        case .journalReplaced(let terminal, _, _):
            exposures[terminal] = nil
            inForce[terminal] = nil
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] { [] }

    private func add(_ record: JournalRecord, terminal: Int) {
        guard record.outcome == .approved, let sale = record.sale, case .offline = sale.path,
            sale.movement == .accountPurchase, let account = sale.account,
            record.sequence > exposures[terminal]?.atHub ?? 0,
            exposures[terminal]?.sales[record.sequence] == nil
        else { return }
        exposures[terminal, default: Exposure()].sales[record.sequence] = Sale(
            account: account, fen: sale.amount.fen, policy: inForce[terminal] ?? 0)
    }

    /// Each sale was held against the policy of its moment, so no sum is above the widest bound among them.
    private func excess(_ terminal: Int) -> String? {
        let sales = (exposures[terminal]?.sales ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        func bound(_ sales: [Sale], _ value: (TerminalExposure) -> Int64?) -> Int64 {
            sales.compactMap { bounds[$0.policy].flatMap(value) }.max() ?? 0
        }
        if let sale = sales.first(where: { $0.fen > bound([$0]) { $0.cards[.standard]?.sale.fen } }) {
            return "terminal \(terminal) approved a sale of \(sale.fen) fen alone, above the limit"
        }
        let sum = sales.reduce(0) { $0 + $1.fen }
        if sum > bound(sales, { $0.terminal.fen }) {
            return "terminal \(terminal) approved \(sales.count) sales of \(sum) fen alone"
        }
        for account in Set(sales.map(\.account)).sorted() {
            let own = sales.filter { $0.account == account }
            let sum = own.reduce(0) { $0 + $1.fen }
            if sum > bound(own, { $0.cards[.standard]?.cardAndTerminal.fen }) {
                return "terminal \(terminal) approved \(own.count) sales of \(sum) fen of \(account) alone"
            }
        }
        return nil
    }
}
