/// What tells one reader from another of the same model, as far as it says.
package struct ReaderIdentity: Hashable, Sendable {
    /// Serial number.
    package let serialNumber: String?
    /// Where it is plugged in, as the kernel names it: bus, then the ports from hub to hub, `1-1.2`. Stays the same
    /// across replugging and restarts.
    package let port: String?

    package init(serialNumber: String?, port: String?) {
        self.serialNumber = serialNumber
        self.port = port
    }

    /// What the name alone says. libccid puts the USB serial number in parentheses before the two numbers that the
    /// service appends: `Gemalto PC Twin Reader (70D7E2EE) 00 00`.
    package init(readerName: String) {
        let words = readerName.split(separator: " ")
        let last = words.dropLast(2).last ?? ""
        let isSerial = last.hasPrefix("(") && last.hasSuffix(")") && last.count > 2
        self.init(serialNumber: isSerial ? String(last.dropFirst().dropLast()) : nil, port: nil)
    }
}
