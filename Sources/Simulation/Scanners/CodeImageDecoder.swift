import Foundation

/// Reads the QR symbol in an image with a program that shares no code with the encoder: `zbarimg` of the Debian
/// package zbar-tools. It stands for the scanner's camera between a rendered code and the serial line.
package struct CodeImageDecoder: Sendable {
    private let programPath: String

    package init(programPath: String = "/usr/bin/zbarimg") { self.programPath = programPath }

    /// The text of the one code in a PNG file with the contents `png`.
    package func decode(png: [UInt8]) async throws -> String {
        let path = NSTemporaryDirectory() + "code-image-\(UUID().uuidString).png"
        // A rendered code is worth money until it expires: nobody else may read the file.
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(png), attributes: [.posixPermissions: 0o600])
        else { throw ScannerSimulationError(.decoderFailed, detail: "temporary file") }
        defer {
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                // The folder is cleaned by the system; the code in it has a lifetime of seconds.
            }
        }
        return try await decode(imageAt: path)
    }

    /// The text of the one code in the image file at `path`.
    package func decode(imageAt path: String) async throws -> String {
        guard FileManager.default.isExecutableFile(atPath: programPath) else {
            throw ScannerSimulationError(.decoderMissing, detail: programPath)
        }
        // Without --nodbus it would publish every code on the system bus.
        let run = try await ProgramRun(
            programPath, ["--nodbus", "--raw", "-q", "-Sdisable", "-Sqrcode.enable", path])
        let noCodeStatus: Int32 = 4
        switch run.status {
        case 0: break
        case noCodeStatus: throw ScannerSimulationError(.noCodeFound)
        case let status: throw ScannerSimulationError(.decoderFailed, detail: "exit status \(status)")
        }
        return run.output.hasSuffix("\n") ? String(run.output.dropLast()) : run.output
    }
}
