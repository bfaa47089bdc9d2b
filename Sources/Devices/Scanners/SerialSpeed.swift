import Glibc

/// Speed of a serial line in bits per second. A USB scanner with a virtual serial port ignores it.
package enum SerialSpeed: Int, Sendable, Hashable, CaseIterable, Codable {
    case baud9600 = 9600
    case baud19200 = 19_200
    case baud38400 = 38_400
    case baud57600 = 57_600
    case baud115200 = 115_200

    /// The constant that termios takes.
    var termiosSpeed: speed_t {
        switch self {
        case .baud9600: speed_t(B9600)
        case .baud19200: speed_t(B19200)
        case .baud38400: speed_t(B38400)
        case .baud57600: speed_t(B57600)
        case .baud115200: speed_t(B115200)
        }
    }
}
