import Hub
import Synchronization

/// The hub's secrets and serial numbers, from the seed.
final class CampusHubRandom: HubRandom {
    private let stream: Mutex<SeededRandom>

    init(seed: UInt64) { stream = Mutex(SeededRandom(seed: seed, purpose: "hub random")) }

    func number() -> UInt64 { stream.withLock { $0.next() } }
}
