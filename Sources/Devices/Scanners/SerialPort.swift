import Glibc
import Terminal

/// An open serial line in raw mode, 8 data bits, no parity, 1 stop bit, no flow control. Closed when it goes out of
/// scope.
struct SerialPort: ~Copyable {
    /// What one read gave.
    enum ReadResult {
        /// This many bytes, at least one.
        case bytes(Int)
        /// Nothing there just now.
        case nothing
        /// The device is gone.
        case gone(CodeScannerError)
    }

    let descriptor: Int32

    /// Opens `path` for this process alone and throws away what was waiting in it.
    init(path: String, speed: SerialSpeed) throws(CodeScannerError) {
        descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open") }
        guard isatty(descriptor) == 1 else { throw CodeScannerError(.notATerminal, detail: "isatty: errno \(errno)") }
        guard ioctl(descriptor, UInt(TIOCEXCL)) == 0 else { throw Self.failure("TIOCEXCL") }
        try Self.configure(descriptor, speed: speed)
        guard tcflush(descriptor, TCIFLUSH) == 0 else { throw Self.failure("tcflush") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Reads what is there into `buffer`, without waiting.
    func read(into buffer: inout [UInt8]) -> ReadResult {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { return .bytes(count) }
        if count == 0 { return .gone(CodeScannerError(.scannerUnavailable, detail: "read: end of file")) }
        return [EAGAIN, EINTR].contains(errno) ? .nothing : .gone(Self.failure("read"))
    }

    private static func configure(_ descriptor: Int32, speed: SerialSpeed) throws(CodeScannerError) {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { throw failure("tcgetattr") }
        cfmakeraw(&settings)
        // Raw mode leaves these alone: a break on a loose cable must not read as a byte, nothing may stop the line,
        // and modem control lines say nothing about a scanner.
        settings.c_iflag &= ~tcflag_t(IXOFF | IXANY | INPCK)
        settings.c_iflag |= tcflag_t(IGNBRK)
        settings.c_cflag &= ~(tcflag_t(CSTOPB) | tcflag_t(CRTSCTS))
        settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
        // With a minimum of one byte an empty line reads as EAGAIN, so that 0 is left to mean a hang-up.
        withUnsafeMutableBytes(of: &settings.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        guard cfsetispeed(&settings, speed.termiosSpeed) == 0, cfsetospeed(&settings, speed.termiosSpeed) == 0 else {
            throw failure("cfsetspeed")
        }
        guard tcsetattr(descriptor, TCSAFLUSH, &settings) == 0 else { throw failure("tcsetattr") }
        // tcsetattr succeeds when it could change anything at all.
        var actual = termios()
        guard tcgetattr(descriptor, &actual) == 0 else { throw failure("tcgetattr") }
        guard actual.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == 0, actual.c_iflag & tcflag_t(IXON | ICRNL) == 0 else {
            throw CodeScannerError(.scannerUnavailable, detail: "tcsetattr: line does not become raw")
        }
    }

    private static func failure(_ call: String) -> CodeScannerError {
        CodeScannerError(.scannerUnavailable, detail: "\(call): errno \(errno)")
    }
}
