import Foundation

/// Where one lab keeps everything: nothing is written outside its folder.
package struct LabPaths: Sendable {
    /// The state folder, absolute.
    package let folder: String
    /// Where the four programs were built.
    package let programs: String

    /// - Parameters:
    ///   - folder: created when missing. Unix sockets lie in it, so its path must be short: 80 bytes at most.
    ///   - programs: the folder of `tilld`, `till` and `till-hub`.
    package init(folder: String, programs: String) throws {
        let absolute = URL(fileURLWithPath: folder).standardizedFileURL.path
        guard absolute.utf8.count <= 80 else {
            throw LabError("the state folder's path is too long for Unix sockets: \(absolute)")
        }
        self.folder = absolute
        self.programs = programs
        for name in ["pcscd", "hub", "terminal", "cards", "codes", "logs"] {
            try FileManager.default.createDirectory(
                atPath: "\(absolute)/\(name)", withIntermediateDirectories: true)
        }
    }

    package var pcscdFolder: String { folder + "/pcscd" }
    package var hubConfiguration: String { folder + "/hub.yaml" }
    package var hubSocket: String { folder + "/hub/operator.sock" }
    package var terminalConfiguration: String { folder + "/tilld.yaml" }
    package var terminalState: String { folder + "/terminal" }
    package var controlSocket: String { folder + "/terminal/tilld.sock" }
    package var terminalSecret: String { folder + "/terminal/secret" }
    package var labKey: String { folder + "/cards/master-key" }
    package var scannerDevice: String { folder + "/scanner" }

    package func program(_ name: String) -> String { programs + "/" + name }
    package func log(_ name: String) -> String { folder + "/logs/\(name).log" }
    package func card(_ name: String) -> String { folder + "/cards/\(name).json" }
    package func code(_ name: String) -> String { folder + "/codes/\(name)" }

    /// Writes a file that only its owner can read.
    package func writePrivate(_ text: String, to path: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw LabError("cannot write \(path)") }
    }
}

/// Something in the lab did not work; the text says what and where to look.
package struct LabError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
