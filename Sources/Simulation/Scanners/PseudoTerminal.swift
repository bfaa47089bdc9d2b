import Glibc
import Payments

/// The controlling side of a pseudo-terminal pair. Closed when nobody holds it any more, which hangs the line up.
final class PseudoTerminal: Sendable {
    private let descriptor: Int32
    /// `/dev/pts/N`.
    let devicePath: String

    /// Lock of the device side and its number: `TIOCSPTLCK` and `TIOCGPTN` of Linux's `asm-generic/ioctls.h`. The C
    /// library's calls around them are not visible to Swift, and `openpty` cannot open close-on-exec.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    init() throws(ScannerSimulationError) {
        let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open /dev/ptmx", errno) }
        var locked: Int32 = 0
        var number: Int32 = 0
        guard ioctl(descriptor, Self.setLock, &locked) == 0, ioctl(descriptor, Self.getNumber, &number) == 0 else {
            let failed = errno
            close(descriptor)
            throw Self.failure("TIOCGPTN", failed)
        }
        self.descriptor = descriptor
        devicePath = "/dev/pts/\(number)"
    }

    deinit { close(descriptor) }

    /// Makes a symbolic link to the device, in place of another symbolic link but of nothing else.
    func link(at path: String) throws(ScannerSimulationError) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK { unlink(path) }
        guard symlink(devicePath, path) == 0 else { throw Self.failure("symlink", errno) }
    }

    /// Writes all of `bytes`; gives up when the line has not taken them within `deadline`.
    func write(_ bytes: [UInt8], deadline: Duration) -> Result<Void, ScannerSimulationError> {
        let clock = ContinuousClock()
        let end = clock.now + deadline
        var rest = bytes[...]
        while !rest.isEmpty {
            var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let left = clock.now.duration(to: end).wholeMilliseconds
            guard left > 0, poll(&watched, 1, Int32(clamping: left)) > 0 else {
                return .failure(ScannerSimulationError(.lineNotRead))
            }
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if ![EAGAIN, EINTR].contains(errno) {
                return .failure(Self.failure("write", errno))
            }
        }
        return .success(())
    }

    private static func failure(_ call: String, _ number: Int32) -> ScannerSimulationError {
        ScannerSimulationError(.pseudoTerminalUnavailable, detail: "\(call): errno \(number)")
    }
}
