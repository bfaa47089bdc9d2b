import Foundation
import PCSC
import Simulation
import Synchronization
import TestSupport
import Testing

/// The one pcscd of this test process: libpcsclite keeps the first socket path that it is given.
///
/// All suites that use it are nested in `RealService`, which is serialized.
enum SharedPcscd {
    private static let folder = Mutex("")

    private static let instance = Task { () throws -> PcscdInstance in
        let path = "/tmp/campus-till-pcscd-\(getpid())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        folder.withLock { $0 = path }
        atexit { SharedPcscd.removeFolder() }
        let pcscd = try PcscdInstance(folder: path)
        for (name, value) in pcscd.environment { setenv(name, value, 1) }
        return pcscd
    }

    /// pcscd, running, with both readers and no card in them.
    static func running() async throws -> PcscdInstance {
        let pcscd = try await instance.value
        if !pcscd.isRunning {
            try await pcscd.start()
        } else if !LocalPorts.isListening(pcscd.port) {
            try await pcscd.restart()
        }
        for name in PcscdInstance.readerNames { try await onThread { try waitForCard(false, in: name) } }
        return pcscd
    }

    private static func removeFolder() {
        try? FileManager.default.removeItem(atPath: folder.withLock { $0 })
    }
}

extension PcscdInstance {
    /// Port of the second reader.
    var secondPort: UInt16 { port + 1 }

    /// How many clients pcscd has: each live context is one.
    func connectionCount() throws -> Int {
        // Columns of /proc/net/unix: number, references, protocol, flags, type, state (03 is connected), inode, path.
        // An accepted socket has the listening one's path, as pcscd sees it.
        let table = try String(contentsOfFile: "/proc/net/unix", encoding: .utf8)
        var connected: Set<String> = []
        for line in table.split(separator: "\n") {
            let columns = line.split(separator: " ")
            guard columns.count == 8, columns[5] == "03", columns[7].hasSuffix("/pcscd.comm") else { continue }
            connected.insert("socket:[\(columns[6])]")
        }
        let process = try String(contentsOfFile: folder + "/pcscd.pid", encoding: .utf8).prefix { $0.isNumber }
        let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").compactMap { file in
            // A file may be closed between the list and this look.
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(file)")
        }
        return connected.intersection(files).count
    }
}

/// Everything that talks to the shared pcscd, one test after the other.
@Suite(.serialized, .timeLimit(.minutes(15)))
enum RealService {}

/// Waits, through a context of its own, until `reader` has a card or has none.
func waitForCard(_ isPresent: Bool, in reader: String) throws {
    let service = try ResourceManager()
    var states = [ReaderState(readerName: reader)]
    let deadline = ContinuousClock().now + .seconds(10)
    while !states[0].isKnown || states[0].isCardPresent != isPresent {
        _ = try service.waitForChange(in: &states, timeout: .seconds(1))
        if ContinuousClock().now > deadline { throw TestCard.Failure(description: "no card: \(!isPresent)") }
    }
}
