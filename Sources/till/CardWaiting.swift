import ArgumentParser
import ControlClient
import ControlProtocol
import Payments

/// Lane and patience of the commands that wait for a card.
struct CardOptions: ParsableArguments {
    @Option(help: "The lane (default: the only one with a reader).")
    var lane: String?

    @Option(help: ArgumentHelp("How long to wait for a card, 0 to 3600.", valueName: "seconds"))
    var timeout = 30

    func validate() throws {
        if let lane, LaneID(text: lane) == nil { throw ValidationError("--lane must be the name of a lane") }
        guard (0...3600).contains(timeout) else { throw ValidationError("--timeout must be from 0 to 3600") }
    }

    /// The lane that was named, or the only one that has a reader.
    func chosenLane(_ client: ControlClient) async throws -> LaneID {
        if let lane = lane.flatMap(LaneID.init(text:)) { return lane }
        let lanes = try await client.status().lanes.filter { $0.reader != nil }.map(\.lane)
        guard let only = lanes.first, lanes.count == 1 else {
            let names = lanes.map(\.text).joined(separator: ", ")
            printError("till: name the lane with --lane; lanes with a reader: \(names.isEmpty ? "none" : names)")
            throw ExitCode(64)
        }
        return only
    }
}

/// Waits for something of a card in requests of a few seconds.
struct CardWait {
    /// One request, seconds: short, so that an interrupted command does not hold the daemon's connection for long.
    private static let step = 5

    let timeout: Int
    /// What to do, shown once when nothing came at once; `nil` for none.
    let prompt: String?

    /// Asks with `ask`, which gets the seconds to wait, until it gives a value; `nil` when none came in time.
    func value<Value>(_ ask: (Int) async throws -> Value?) async throws -> Value? {
        if let value = try await ask(0) { return value }
        if let prompt, timeout > 0 { printError(prompt) }
        var left = timeout
        while left > 0 {
            let wait = min(left, Self.step)
            if let value = try await ask(wait) { return value }
            left -= wait
        }
        return nil
    }
}

extension ControlClient {
    /// The examination of the card on the lane's reader; `nil` when none lies there within `wait` seconds.
    func examination(lane: LaneID, wait: Int) async throws(ControlClientError) -> ExaminationMessage? {
        do {
            return try await examine(lane: lane, wait: wait)
        } catch {
            // E1101: there is no card at the reader.
            if case .refused(let problem) = error, problem.code == "E1101" { return nil }
            throw error
        }
    }
}
