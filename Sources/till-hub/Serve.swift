import ArgumentParser
import Glibc
import Hub
import Logging
import Payments
import ServiceHost
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the hub until SIGTERM or SIGINT.",
        discussion: "EXAMPLE\n  till-hub serve --config /etc/campus-till/till-hub.yaml")

    @OptionGroup var file: ConfigurationOption

    func run() async throws {
        let settings = try file.read()
        // Database, key and socket are the hub's alone, from the first byte on.
        umask(0o077)
        ServiceLog.bootstrap(level: settings.logLevel)
        let logger = Logger(label: "till-hub")
        do {
            try await serve(settings.hub, logger)
        } catch let error as any StableError {
            throw CommandFailure(.unavailable, error.description)
        }
    }

    private func serve(_ configuration: HubConfiguration, _ logger: Logger) async throws {
        let hub = try await HubApplication.open(configuration, codeIssuer: { $0 }, logger: logger)
        let notification = ServiceNotification()
        var services: [any Service] = [
            hub, ReadinessService(hub: hub, notification: notification, logger: logger),
        ]
        if let watchdog = WatchdogInterval() {
            services.append(
                WatchdogService(notification: notification, interval: watchdog.interval) { await hub.look() })
        }
        let group = ServiceGroup(
            configuration: .init(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        notification.stopping()
    }
}

/// Tells the service manager when terminals and operators are served.
private struct ReadinessService: Service {
    let hub: HubApplication
    let notification: ServiceNotification
    let logger: Logger

    func run() async throws {
        let port = try await hub.boundTLSPort()
        notification.ready()
        logger.notice("ready: terminals are served over TLS on port \(port)")
        try? await gracefulShutdown()
    }
}

struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check a configuration file and change nothing.",
        discussion: "EXAMPLE\n  till-hub check-config --config /etc/campus-till/till-hub.yaml")

    @OptionGroup var file: ConfigurationOption

    func run() async throws {
        let hub = try file.read().hub
        let listener = hub.tls.map { "\($0.host):\($0.port)" } ?? "no listener"
        Console.line("\(file.config): the configuration is correct: \(hub.campus), \(listener)")
    }
}

/// Which configuration file.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "/etc/campus-till/till-hub.yaml"

    func read() throws -> HubConfigurationFile {
        do throws(ConfigurationError) {
            return try HubConfigurationFile(path: config)
        } catch {
            throw CommandFailure(.configuration, "E\(error.number): \(error.message)")
        }
    }
}
