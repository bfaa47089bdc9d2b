import FaultyStorage
import Hub
import HubProtocol
import Ledger
import Payments
import Simulation
import Terminal

/// A terminal: a machine with a disk, a clock and a line to the hub, on which a program runs or not.
@SimulationActor final class CampusTerminal {
    /// What a start of the program came to.
    enum Start {
        case running(TerminalLife)
        /// The power went again while it was starting.
        case diedAgain
        case failed(LedgerError)
    }

    let index: Int
    let credentials: TerminalCredentials
    let merchant: MerchantID
    let clock: CampusTerminalClock
    let network: SimulatedNetwork
    private let timeline: Timeline
    private let folder: CampusFolder
    private let secureModule = SimulatedSecureModule(masterKey: CampusKeys.purchaseMaster)
    private let seed: UInt64
    private let adjust: @SimulationActor (TerminalPorts, SQLiteLedger, CampusTerminal) -> TerminalPorts

    struct Setting {
        var index: Int
        var credentials: TerminalCredentials
        var merchant: MerchantID
        var clock: CampusTerminalClock
        var network: SimulatedNetwork
        var timeline: Timeline
        var folder: CampusFolder
        var seed: UInt64
        /// Puts something wrong into the terminal's ports.
        var adjust: @SimulationActor (TerminalPorts, SQLiteLedger, CampusTerminal) -> TerminalPorts
    }

    private(set) var disk: SimulatedDisk
    private(set) var life: TerminalLife?
    private(set) var lives = 0
    private var folders = 0
    private var journals = 0
    /// An older copy of the files: whose journal it has, and how much of it.
    private(set) var image: (folder: String, journal: JournalID, sequence: UInt64)?
    /// Everything that it ever wrote.
    let history: TerminalHistory
    var applied: @SimulationActor (ChangesPage) async -> Void = { _ in }

    init(_ setting: Setting) throws(CampusFailure) {
        index = setting.index
        credentials = setting.credentials
        history = TerminalHistory(terminal: setting.credentials.id)
        merchant = setting.merchant
        clock = setting.clock
        network = setting.network
        timeline = setting.timeline
        folder = setting.folder
        seed = setting.seed
        adjust = setting.adjust
        disk = SimulatedDisk(folder: try setting.folder.make("terminal-\(setting.index)-0"))
    }

    /// Whether a program runs that can do something.
    var isUp: Bool { life?.isAlive ?? false }

    func start() async -> Start {
        let trusted = TrustedClock(clock: clock, boot: clock.bootID)
        switch open(trusted) {
        case .failure(let error): return disk.isDead ? .diedAgain : .failed(error)
        case .success(let ledger): return await run(ledger, trusted)
        }
    }

    private func open(_ trusted: TrustedClock) -> Result<SQLiteLedger, LedgerError> {
        Result { () throws(LedgerError) in
            try SQLiteLedger.open(
                path: disk.folder + "/journal.sqlite", keyPath: disk.folder + "/journal.key",
                terminal: credentials.id, reservationWindow: 4, clock: trusted,
                journal: {
                    journals += 1
                    return JournalID(number: UInt32(index) << 16 | UInt32(journals))
                })
        }
    }

    private func run(_ ledger: SQLiteLedger, _ trusted: TrustedClock) async -> Start {
        let disk = disk
        lives += 1
        let number = lives
        let isCurrent: @SimulationActor @Sendable () -> Bool = { [weak self] in
            guard let self else { return false }
            return lives == number && !disk.isDead
        }
        let gateway = CampusGateway(
            network: network, authorization: "Bearer \(credentials.id.text).\(credentials.secret)",
            isAlive: isCurrent)
        let ports = TerminalPorts(
            journal: ledger, queue: ledger, replica: ledger, corrections: ledger, policies: ledger,
            signer: JournalKeySigner(key: ledger.key), hub: gateway, policy: CampusRules.offline)
        var adjusted = adjust(ports, ledger, self)
        adjusted.replica = WatchedReplica(replica: adjusted.replica) { [weak self] page in
            if isCurrent() { await self?.applied(page) }
        }
        do throws(LedgerError) {
            let life = try await TerminalLife(
                TerminalLife.Setting(
                    number: number, ledger: ledger, disk: disk, clock: trusted, merchant: merchant,
                    ports: adjusted, secureModule: secureModule, timeline: timeline, seed: seed))
            self.life = life
            return .running(life)
        } catch {
            return disk.isDead ? .diedAgain : .failed(error)
        }
    }

    /// The program ends where it stands, and `cut` says what is left of its files.
    func die(_ cut: PowerCut) throws(CampusFailure) {
        disk.crash()
        life?.end()
        life = nil
        lives += 1
        if cut != .nothingLost { clock.boot() }
        let next = try nextFolder()
        disk.copy(after: cut, into: next)
        disk = SimulatedDisk(folder: next)
    }

    /// Keeps a copy of the files as they are.
    func copyImage() async throws {
        guard let life, life.isAlive else { return }
        let figures = try await life.ledger.figures()
        let target = try folder.make("image-\(index)")
        disk.copy(after: .nothingLost, into: target)
        image = (target, life.ledger.journal, figures.sequence)
    }

    /// Puts the copy back under a program that has ended.
    func restoreImage() throws(CampusFailure) {
        guard let image else { return }
        let next = try nextFolder()
        SimulatedDisk(folder: image.folder).copy(after: .nothingLost, into: next)
        disk = SimulatedDisk(folder: next)
    }

    /// A new disk under a program that has ended.
    func replaceDisk() throws(CampusFailure) { disk = SimulatedDisk(folder: try nextFolder()) }

    private func nextFolder() throws(CampusFailure) -> String {
        folders += 1
        return try folder.make("terminal-\(index)-\(folders)")
    }
}
