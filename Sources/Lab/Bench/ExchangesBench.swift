import Foundation
import Simulation
import SmartCards

/// Exchanges with a card through the real pcscd: our stack beside the bare calls in C, each in processes of its own.
///
/// libpcsclite keeps one service for a whole process, and the bench itself must be free to be the card.
struct ExchangesBench {
    /// Rounds at the start of each process that do not count.
    private static let warmUp = 5
    /// Of the design's section 5, for one exchange.
    private static let overheadMaximum = 0.3

    let bench: Bench

    func result() async throws -> BenchResult {
        let folder = try bench.emptyFolder("apdu")
        let pcscd = try PcscdInstance(folder: folder)
        let peer = VirtualCardPeer(card: try Self.card(), port: pcscd.port)
        try await pcscd.start()
        do {
            let result = try await measure(peer, pcscd, commands: folder + "/commands")
            await peer.remove()
            await pcscd.stop()
            return result
        } catch {
            await peer.remove()
            await pcscd.stop()
            throw error
        }
    }

    /// A card that lives in memory: its own time is neither side's.
    private static func card() throws -> SimulatedPurseCard {
        guard let key = DESKey(hex: "0123456789ABCDEFFEDCBA9876543210") else { throw LabError("the bench card's key") }
        let information = try LabCards.information(serial: "00061998081700000030")
        return SimulatedPurseCard(
            memory: PurseCardMemory(
                information: information, identifier: Array(information.applicationSerial.suffix(4)), balance: 10_000),
            keys: PurseCardKeys(purchase: key, transactionAuthentication: key), random: SystemRandomNumberGenerator())
    }

    private func measure(
        _ peer: VirtualCardPeer, _ pcscd: PcscdInstance, commands: String
    ) async throws -> BenchResult {
        try BenchCommands.write(to: commands)
        try await peer.insert()
        let (turns, rounds) = bench.options.isQuick ? (4, 50) : (10, 200)
        var ours = ExchangeTimes(commands: BenchCommands.names.count)
        var floor = ours
        // In turns, so that whatever else the machine does hits both.
        for turn in 0..<turns {
            bench.progress.show("apdu: turn \(turn + 1) of \(turns)")
            for isOurs in [false, true] {
                let times = try await bench.floors.exchanges(
                    through: isOurs ? .stack(programs: bench.options.programs) : .bareCalls,
                    reader: PcscdInstance.readerNames[0], commands: commands, rounds: rounds, warmUp: Self.warmUp,
                    environment: pcscd.environment)
                guard times.statusWords == BenchCommands.statusWords else {
                    throw LabError("the card answered \(times.statusWords) to \(isOurs ? "our stack" : "the floor")")
                }
                if isOurs { try ours.add(times) } else { try floor.add(times) }
            }
        }
        return BenchResult(
            row: .apdu, figures: figures(ours, floor),
            notes: [
                "\(turns) turns of \(rounds) rounds each; the card computes in this process and is part of both times",
                "our stack: the reader's own thread, its watchdog, and the monitor waiting beside it",
            ])
    }

    private func figures(_ ours: ExchangeTimes, _ floor: ExchangeTimes) -> [BenchFigure] {
        func pair(_ part: (ExchangeTimes) -> [Int64]) -> (ours: Samples, floor: Samples) {
            (Samples(nanoseconds: part(ours)), Samples(nanoseconds: part(floor)))
        }
        func median(
            _ name: String, of floorName: String? = nil, _ part: (ExchangeTimes) -> [Int64]
        ) -> BenchFigure {
            let (ours, floor) = pair(part)
            return BenchFigure("\(name), median", ours.median, .milliseconds, floor: floor.median, of: floorName)
        }
        func p99(_ name: String, _ part: (ExchangeTimes) -> [Int64]) -> BenchFigure {
            let (ours, floor) = pair(part)
            return BenchFigure("\(name), p99", ours.p99, .milliseconds, floor: floor.p99)
        }
        let all = { (times: ExchangeTimes) in times.exchanges.flatMap(\.self) }
        let each = BenchCommands.names.indices.flatMap { index in
            [
                median("  \(BenchCommands.names[index])") { $0.exchanges[index] },
                p99("  \(BenchCommands.names[index])") { $0.exchanges[index] },
            ]
        }
        return [
            median("one exchange", of: "the bare calls in C", all).overFloorAtMost(Self.overheadMaximum),
            p99("one exchange", all),
        ] + each + [
            median("connect") { $0.connecting }, median("disconnect") { $0.disconnecting },
            median("all from connect to disconnect") { $0.sequences },
            p99("all from connect to disconnect") { $0.sequences },
        ]
    }
}
