import SmartCards

/// Which reader a lane uses.
///
/// As text, for the configuration:
/// - `ACS ACR1252*PICC*`: by name. A name with `*` takes the first free reader that fits, in the service's order,
///   which changes when readers are plugged in again: good for one reader of a model, no good for two.
/// - `serial:RR123-001234`: by serial number, wherever it is plugged in.
/// - `port:1-1.2`: by the USB port, whichever reader is plugged in there.
///
/// The last two may be followed by a blank and a name pattern that picks one slot of the reader: `port:1-1.2 *PICC*`.
/// Without it they never mean a slot that is known to hold a secure module.
package struct ReaderSelector: Hashable, Sendable, CustomStringConvertible {
    /// What names the device.
    package enum Device: Hashable, Sendable {
        case any
        case serialNumber(String)
        case port(String)
    }

    package let device: Device
    /// Which name; `nil` when any will do.
    package let name: ReaderNamePattern?

    /// The reader or readers with such a name.
    package static func named(_ name: ReaderNamePattern) -> ReaderSelector { ReaderSelector(device: .any, name: name) }

    private init(device: Device, name: ReaderNamePattern?) {
        self.device = device
        self.name = name
    }

    /// Reads the text form.
    ///
    /// - Returns: `nil` when the text is empty, when nothing stands after `serial:` or `port:`, or when that is no
    ///   port.
    package init?(_ text: String) {
        let (key, rest) = Self.split(text, at: ":")
        guard let rest, key == "serial" || key == "port" else {
            if text.isEmpty { return nil }
            self = .named(ReaderNamePattern(text))
            return
        }
        let (value, slot) = Self.split(rest, at: " ")
        if value.isEmpty || slot?.isEmpty == true { return nil }
        if key == "port", !Self.isPort(value) { return nil }
        let device = key == "port" ? Device.port(String(value)) : .serialNumber(String(value))
        self.init(device: device, name: slot.map { ReaderNamePattern(String($0)) })
    }

    /// Whether it names one device, rather than a kind.
    package var namesDevice: Bool { device != .any }

    package var description: String {
        let slot = name.map(\.description)
        return switch device {
        case .any: slot ?? "*"
        case .serialNumber(let number): "serial:" + number + (slot.map { " " + $0 } ?? "")
        case .port(let port): "port:" + port + (slot.map { " " + $0 } ?? "")
        }
    }

    /// Whether the reader is one that is meant.
    package func matches(_ readerName: String, _ identity: ReaderIdentity) -> Bool {
        let isDevice =
            switch device {
            case .any: true
            case .serialNumber(let number): identity.serialNumber == number
            case .port(let port): identity.port == port
            }
        guard isDevice else { return false }
        if let name { return name.matches(readerName) }
        return !ReaderQuirks.of(readerName: readerName).isSecureModuleSlot
    }

    /// What stands before the first separator, and after it if there is one.
    private static func split(_ text: some StringProtocol, at separator: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: separator) else { return (Substring(text), nil) }
        return (Substring(text[..<index]), Substring(text[text.index(after: index)...]))
    }

    /// The kernel's form: a bus number, `-`, then port numbers with dots between them.
    private static func isPort(_ text: Substring) -> Bool {
        let (bus, ports) = split(text, at: "-")
        guard let ports else { return false }
        let numbers = [bus] + ports.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.allSatisfy { UInt8($0).map { $0 > 0 } ?? false }
    }
}
