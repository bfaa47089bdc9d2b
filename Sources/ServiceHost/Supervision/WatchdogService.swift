import ServiceLifecycle

/// Tells the service manager that the program is well, and only when it is: each ping follows a look at the parts that
/// do the work, so a program that hangs there is restarted.
package struct WatchdogService: Service {
    private let notification: ServiceNotification
    private let interval: Duration
    private let look: @Sendable () async -> String

    /// - Parameters:
    ///   - interval: half of what the service manager waits.
    ///   - look: asks the parts that do the work, and says in one line how they are. It must not return while one of
    ///     them hangs.
    package init(
        notification: ServiceNotification, interval: Duration, look: @escaping @Sendable () async -> String
    ) {
        self.notification = notification
        self.interval = interval
        self.look = look
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                notification.status(await look())
                notification.watchdog()
                // Cancellation ends the wait early; there is nothing else that it could throw.
                try? await Task.sleep(for: interval)
            }
        }
    }
}
