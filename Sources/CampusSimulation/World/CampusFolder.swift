import Foundation

/// The folder of one run's files: in memory where the machine has `/dev/shm`, because a simulated disk does its own
/// forgetting. Removed with the value that owns it.
final class CampusFolder: Sendable {
    let path: String

    init() throws(CampusFailure) {
        let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm/" : NSTemporaryDirectory()
        path = base + "campus-till-simulation-\(UUID().uuidString)"
        _ = try make("")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Makes a folder inside.
    func make(_ name: String) throws(CampusFailure) -> String {
        let folder = name.isEmpty ? path : path + "/" + name
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CampusFailure(.noFolder, detail: folder)
        }
        return folder
    }

    /// Removes a folder that nobody needs any more.
    func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }
}
