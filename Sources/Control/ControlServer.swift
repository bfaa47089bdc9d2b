import ControlProtocol
import Glibc
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Payments
import ServiceLifecycle
import Terminal

/// The terminal's control interface: HTTP and JSON on a Unix socket whose file permissions say who may use it.
package struct ControlServer: Service {
    private let core: TerminalCore
    private let socketPath: String
    private let logger: Logger
    private let listening: @Sendable () async -> Void

    /// - Parameters:
    ///   - socketPath: at most 107 bytes (`sun_path`). A stale socket file of an earlier run is replaced.
    ///   - listening: called once the socket accepts connections.
    package init(
        core: TerminalCore, socketPath: String, logger: Logger, listening: @escaping @Sendable () async -> Void
    ) {
        self.core = core
        self.socketPath = socketPath
        // One line per request of a local tool is noise; what matters is logged where it is decided.
        var quiet = logger
        quiet.logLevel = .warning
        self.logger = quiet
        self.listening = listening
    }

    package func run() async throws {
        let application = Application(
            router: ControlRoutes(core: core).router(),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath), serverName: nil),
            onServerRunning: { [socketPath] _ in
                // The service's group are the people at the counter; before this the umask kept everybody out.
                chmod(socketPath, 0o660)
                await listening()
            },
            logger: logger)
        try await application.run()
    }
}
