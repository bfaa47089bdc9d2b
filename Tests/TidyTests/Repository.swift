import Foundation

/// The tree that these tests look at: the one that this file is in.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What is built, fetched or left behind by a run.
    private static let foreign: Set<String> = [".build", ".git", ".demo", ".swiftpm"]

    /// Paths below the root, in order, of all files with one of `extensions`.
    static func files(below folder: String = "", withExtension extensions: String...) -> [String] {
        let start = folder.isEmpty ? root : root.appendingPathComponent(folder)
        var found: [String] = []
        guard let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil) else { return [] }
        for case let url as URL in walk {
            let name = url.lastPathComponent
            if foreign.contains(name) || name.hasPrefix(".build") {
                walk.skipDescendants()
            } else if extensions.contains(url.pathExtension) {
                found.append(String(url.standardizedFileURL.path.dropFirst(root.standardizedFileURL.path.count + 1)))
            }
        }
        return found.sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// All Swift sources below `Sources` or `Tests`, read once.
    static func sources(_ folder: String) throws -> [SourceFile] {
        try read.get().filter { $0.path.hasPrefix(folder + "/") }
    }

    private static let read = Result {
        try ["Sources", "Tests"].flatMap { files(below: $0, withExtension: "swift") }
            .map { SourceFile(path: $0, text: try text($0)) }
    }
}

/// One place that breaks a rule.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let problem: String

    var description: String { "\(path):\(line): \(problem)" }
}

/// The findings as a test's message.
func report(_ findings: [Finding]) -> String {
    "\(findings.count) findings:\n" + findings.map(\.description).joined(separator: "\n")
}
