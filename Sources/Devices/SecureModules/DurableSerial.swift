import DurableFiles
import Glibc
import Payments
import Terminal

/// A 32-bit number that is never given out twice, also across a power cut: blocks are reserved on disk before the
/// first number of a block is used, so a restart skips the rest of a block and costs no write per number.
struct DurableSerial {
    /// Numbers reserved by one write. A block lost at a restart is nothing beside 2^32.
    private static let blockSize: UInt32 = 1024

    private let path: String
    private var nextNumber: UInt32
    private var reservedBelow: UInt32

    /// Reads where the last run reserved to; a missing file starts at 1.
    init(path: String) throws(SecureModuleError) {
        self.path = path
        nextNumber = try Self.read(path) ?? 1
        reservedBelow = nextNumber
    }

    /// The next number.
    mutating func next() throws(SecureModuleError) -> UInt32 {
        if nextNumber == reservedBelow {
            let (end, overflow) = nextNumber.addingReportingOverflow(Self.blockSize)
            guard !overflow else { throw SecureModuleError(.serialNotDurable, detail: "all serials are used up") }
            do {
                try DurableFile.replace(path, with: Array("\(end)\n".utf8))
            } catch {
                throw SecureModuleError(.serialNotDurable, detail: error.description)
            }
            reservedBelow = end
        }
        defer { nextNumber += 1 }
        return nextNumber
    }

    private static func read(_ path: String) throws(SecureModuleError) -> UInt32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SecureModuleError(.serialNotDurable, detail: "open: errno \(errno)")
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        // A file that cannot be understood is never taken as "start over": that would give serials out twice.
        guard text.hasSuffix("\n"), let value = UInt32(text.dropLast()), value > 0 else {
            throw SecureModuleError(.serialNotDurable, detail: "the serial file is damaged")
        }
        return value
    }
}
