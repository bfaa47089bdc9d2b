/// Parts of a path, which SQLite has made absolute.
enum DiskPath {
    static func name(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    static func isInside(_ path: String, folder: String) -> Bool { path.hasPrefix(folder + "/") }
}
