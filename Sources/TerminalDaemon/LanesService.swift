import ServiceLifecycle
import Terminal

/// Runs all lanes until shutdown. A reading or decision under way is finished first.
struct LanesService: Service {
    let lanes: [Lane]

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for lane in lanes { group.addTask { await lane.run() } }
            }
        } onGracefulShutdown: {
            for lane in lanes { Task { await lane.stop() } }
        }
    }
}
