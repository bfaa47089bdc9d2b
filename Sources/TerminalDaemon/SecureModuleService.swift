import Devices
import ServiceLifecycle

/// Follows the secure module in its slot until shutdown.
///
/// Stands before the lanes in the group: services end in reverse order, so every purchase has ended when the module is
/// let go.
struct SecureModuleService: Service {
    let module: PSAMSecureModule

    func run() async throws {
        await withGracefulShutdownHandler {
            await module.run()
        } onGracefulShutdown: {
            Task { await module.close() }
        }
    }
}
