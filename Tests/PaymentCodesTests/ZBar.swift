import Foundation
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
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--nodbus", "--raw", "-q", "-Sdisable", "-Sqrcode.enable", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes, as: UTF8.self)
    }
}
