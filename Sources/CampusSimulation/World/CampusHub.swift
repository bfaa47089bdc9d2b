import FaultyStorage
import Foundation
import Hub
import HubProtocol
import Logging
import Payments

/// The hub's program on its own disk: it answers while it is up, dies, and comes back from its files.
@SimulationActor final class CampusHub {
    /// An answer over HTTP.
    struct Answer: Sendable {
        var status: Int
        var body: Data
    }

    private let folder: CampusFolder
    private let clock: CampusHubClock
    private let random: CampusHubRandom
    private let logger: Logger
    private(set) var disk: SimulatedDisk
    private var application: HubApplication?
    private var door: InProcessHub?
    private(set) var lives = 0

    init(folder: CampusFolder, timeline: Timeline, seed: UInt64) throws {
        self.folder = folder
        clock = CampusHubClock(timeline: timeline)
        random = CampusHubRandom(seed: seed)
        logger = .silent
        disk = SimulatedDisk(folder: try folder.make("hub-0"))
        try CampusKeys.write(into: disk.folder)
    }

    /// Whether requests are answered.
    var isUp: Bool { door != nil && !disk.isDead }

    func start() async throws {
        let path = disk.folder
        let configuration = HubConfiguration(
            campus: "Simulation", port: 0, databasePath: path + "/hub.sqlite",
            operatorSocketPath: path + "/operator.sock", codeKeyPath: path + "/code-key.json",
            purse: CampusKeys.settings(in: path))
        let application = try await HubApplication.open(
            configuration, codeIssuer: { $0 }, clock: clock, random: random, logger: logger)
        self.application = application
        door = application.inProcess()
        lives += 1
    }

    /// The program ends where it stands, and `cut` says what is left of its files.
    func die(_ cut: PowerCut) async throws {
        disk.crash()
        door = nil
        // Nothing of it reaches the dead disk; only its threads and handles go.
        if let application { try? await application.close() }
        application = nil
        try await moveFiles(cut)
    }

    /// Puts other files under the hub. For showing that forgetting is noticed.
    func restore(_ image: String) throws {
        let next = try folder.make("hub-\(lives)-old")
        let source = SimulatedDisk(folder: image)
        source.copy(after: .nothingLost, into: next)
        disk = SimulatedDisk(folder: next)
    }

    /// A copy of the files as they are.
    func copy(_ name: String) throws -> String {
        let target = try folder.make(name)
        disk.copy(after: .nothingLost, into: target)
        return target
    }

    private func moveFiles(_ cut: PowerCut) async throws {
        let next = try folder.make("hub-\(lives)")
        disk.copy(after: cut, into: next)
        let old = disk.folder
        disk = SimulatedDisk(folder: next)
        folder.remove(old)
    }

    /// A request at the hub's door; `nil` when nobody is there, or it died before it could answer.
    func ask(
        _ interface: InProcessHub.Interface, _ method: InProcessHub.Method, _ path: String, body: Data? = nil,
        authorization: String? = nil
    ) async -> Answer? {
        guard isUp, let door else { return nil }
        guard
            let answer = try? await door.ask(interface, method, path, body: body, authorization: authorization),
            !disk.isDead
        else { return nil }
        return Answer(status: answer.status, body: answer.body)
    }

    /// What a person at the office does who has to be known: the operator socket tells the routes who asks, and here
    /// is none. `nil` while the hub is down, or when it died over it.
    func store<Reply: Sendable>(
        _ body: @SimulationActor (any HubStore, UnixTime) async throws -> Reply
    ) async throws -> Reply? {
        guard isUp, let store = application?.store else { return nil }
        do {
            let reply = try await body(store, clock.now())
            return disk.isDead ? nil : reply
        } catch {
            if disk.isDead { return nil }
            throw error
        }
    }

    /// What a person at the office does; `nil` while the hub is down.
    ///
    /// - Throws: ``CampusFailure`` when the hub refuses.
    func operate<Reply: Decodable>(
        _ method: InProcessHub.Method, _ path: String, _ body: (any Encodable)? = nil, as type: Reply.Type
    ) async throws -> Reply? {
        let data = try body.map { try JSONEncoder().encode($0) }
        guard let answer = await ask(.operators, method, "/operator/v1" + path, body: data) else { return nil }
        guard answer.status == 200 else {
            throw CampusFailure(.officeRefused, detail: "\(path): \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSONDecoder().decode(type, from: answer.body)
    }
}

extension Logger {
    /// Says nothing: a simulated campus is full of failures.
    static var silent: Logger { Logger(label: "campus") { _ in SwiftLogNoOpLogHandler() } }
}
