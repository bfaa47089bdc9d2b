import Foundation
import Simulation
import TestSupport
import Testing

/// The independent decoder `zbarimg` (Debian package zbar-tools).
enum ZBar {
    static let program = "/usr/bin/zbarimg"

    /// The text of the one QR symbol in an image file with the contents `image`.
    static func decode(_ image: [UInt8], extension name: String) throws -> String {
        try #require(
            FileManager.default.isExecutableFile(atPath: program), "install the Debian package zbar-tools")
        let folder = try TemporaryDirectory()
        let path = folder.file("code.\(name)")
        try Data(image).write(to: URL(fileURLWithPath: path))
        let run = try ProgramRun(
            blocking: program, ["--nodbus", "--raw", "-q", "-Sdisable", "-Sqrcode.enable", path])
        #expect(run.status == 0, "\(run.error)")
        return run.output.hasSuffix("\n") ? String(run.output.dropLast()) : run.output
    }
}
