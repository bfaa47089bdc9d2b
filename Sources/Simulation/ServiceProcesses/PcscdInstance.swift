import Foundation
import Glibc
import Synchronization

/// The real pcscd with the virtual reader driver (vpcd), run privately for a test, demo or bench.
///
/// pcscd's socket path is compiled in, so it runs in a mount namespace of its own in which `/run` is a folder of the
/// caller's: the socket appears there as `pcscd.comm`, the machine's own pcscd is not disturbed, and nothing is
/// written elsewhere. The drivers of USB readers are hidden from it, so it leaves real readers alone. Needs root, or
/// a kernel that lets anybody make user namespaces.
///
/// A client reaches it by ``environment``. libpcsclite reads that variable at the first call in a process and keeps
/// it: **one process, one instance**. Give it to child processes at their start; a process that uses PC/SC itself
/// sets it before its first call and shares one instance among all who do (restarts keep the path, so they are
/// fine).
package final class PcscdInstance: Sendable {
    /// Holds socket, configuration and log.
    package let folder: String
    /// TCP port to which a card for the first reader connects; one higher for the second.
    package let port: UInt16

    /// The readers that vpcd makes of one port.
    package static let readerNames = ["Virtual PCD 00 00", "Virtual PCD 00 01"]

    private static let daemon = "/usr/sbin/pcscd"
    private static let driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
    /// pcscd opens its socket about 20 ms after its start; the rest is for busy machines.
    private static let startLimit: Duration = .seconds(90)
    /// sockaddr_un holds 108 bytes with the final zero.
    private static let longestSocketPath = 107

    private let process = Mutex<ServiceProcess?>(nil)

    /// Prepares an instance; ``start(withReaders:)`` runs it.
    ///
    /// - Parameters:
    ///   - folder: An existing folder of its own with a short path.
    ///   - port: The first of two ports for cards; two free ones are taken when it is missing.
    package init(folder: String, port: UInt16? = nil) throws {
        self.folder = URL(fileURLWithPath: folder).standardizedFileURL.resolvingSymlinksInPath().path
        self.port = try port ?? LocalPorts.free(count: 2)
        guard socketPath.utf8.count <= Self.longestSocketPath else {
            throw ServiceProcessError("\(socketPath) is too long for a socket: give pcscd a folder with a shorter path")
        }
    }

    /// Where clients connect.
    package var socketPath: String { folder + "/pcscd.comm" }
    /// pcscd's output.
    package var logFile: String { folder + "/pcscd.log" }
    /// What a client's environment needs.
    package var environment: [String: String] { ["PCSCLITE_CSOCK_NAME": socketPath] }
    /// Whether pcscd runs.
    package var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    /// Starts pcscd and waits until it takes connections and cards.
    ///
    /// - Parameter withReaders: Without them pcscd runs as if its readers were unplugged.
    package func start(withReaders: Bool = true) async throws {
        if isRunning { throw ServiceProcessError("this pcscd runs already") }
        for file in [Self.daemon, Self.driver] where access(file, R_OK) != 0 {
            throw ServiceProcessError("\(file) is missing: install pcscd and vsmartcard-vpcd")
        }
        let ports = withReaders ? [port, port + 1] : []
        if let taken = ports.first(where: LocalPorts.isListening) {
            // vpcd would only log it, and pcscd run without that reader.
            throw ServiceProcessError("TCP port \(taken), wanted for a virtual reader, is in use")
        }
        try prepareFolder(withReaders: withReaders)
        // As root a mount namespace alone is enough; in a container it may take a user namespace even then.
        let kinds = getuid() == 0 ? ["--mount", "--mount --user --map-root-user"] : ["--mount --user --map-root-user"]
        var failures: [String] = []
        for kind in kinds {
            do {
                try await start(namespaces: kind.split(separator: " ").map(String.init), ports: ports)
                return
            } catch {
                failures.append("unshare \(kind): \(error)")
            }
        }
        throw ServiceProcessError("no private pcscd: " + failures.joined(separator: "; "))
    }

    /// Stops pcscd in order (SIGTERM), by force if it does not go.
    package func stop() async { await process.withLock { $0 }?.terminate() }

    /// Kills pcscd (SIGKILL). Its socket file stays behind, as after a crash.
    package func kill() async { await process.withLock { $0 }?.kill() }

    /// Stops pcscd and starts it again.
    package func restart(withReaders: Bool = true) async throws {
        await stop()
        try await start(withReaders: withReaders)
    }

    /// Makes pcscd hang (SIGSTOP) or go on (SIGCONT).
    package func setFrozen(_ isFrozen: Bool) {
        process.withLock { _ = $0?.signal(isFrozen ? SIGSTOP : SIGCONT) }
    }

    private func prepareFolder(withReaders: Bool) throws {
        let readers = """
            FRIENDLYNAME "Virtual PCD"
            DEVICENAME /dev/null:\(port)
            LIBPATH \(Self.driver)
            CHANNELID \(port)

            """
        try (withReaders ? readers : "# no readers\n").write(
            toFile: folder + "/reader.conf", atomically: true, encoding: .utf8)
        for name in ["run/pcscd", "no-drivers"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        // Left behind by a pcscd that was killed. It would look after its process id, which may be another's by now.
        for name in ["pcscd.comm", "pcscd.pid"] where access("\(folder)/\(name)", F_OK) == 0 {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    private func start(namespaces: [String], ports: [UInt16]) async throws {
        // `folder` is bound inside its own `run`, then that takes the place of /run: this needs no mount point
        // outside, and works when the folder itself is below /run.
        let script = """
            set -e
            folder=$1; shift
            mount --bind "$folder" "$folder/run/pcscd"
            for bundle in /usr/lib/pcsc/drivers/*.bundle; do
                if [ -d "$bundle" ]; then mount --bind "$folder/no-drivers" "$bundle"; fi
            done
            mount --rbind "$folder/run" /run
            exec "$@"
            """
        let daemon = [Self.daemon, "--foreground", "--config", folder + "/reader.conf"]
        let started = ServiceProcess(
            executable: "/usr/bin/unshare",
            arguments: namespaces + ["--propagation", "private", "/bin/sh", "-c", script, "pcscd-instance", folder]
                + ServiceProcess.tiedTo(parent: getpid()) + daemon,
            logFile: logFile)
        try await started.start()
        process.withLock { $0 = started }
        do {
            try await started.waitUntil("it takes connections", within: Self.startLimit) {
                isTakingConnections && ports.allSatisfy(LocalPorts.isListening)
            }
        } catch {
            await started.kill()
            throw error
        }
    }

    private var isTakingConnections: Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
