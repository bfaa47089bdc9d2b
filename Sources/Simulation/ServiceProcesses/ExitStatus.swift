/// How a program ended.
package enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    /// By itself, with this code.
    case exited(Int32)
    /// By this signal.
    case killed(Int32)

    package var description: String {
        switch self {
        case .exited(let code): "exited with \(code)"
        case .killed(let signal): "was ended by signal \(signal)"
        }
    }
}
