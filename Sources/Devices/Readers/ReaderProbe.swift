import PCSC

/// Asks a reader who it is, through a direct connection and a context of its own.
///
/// The connection keeps everybody else out for the moment, so it is made before the reader is given to a lane.
struct ReaderProbe: Sendable {
    /// Channel type of USB in the upper half of the channel attribute (PC/SC Part 3).
    private static let usbChannel: UInt32 = 0x0020

    let topology: USBTopology

    /// Blocks. Throws ``PCSCError/Code/sharingViolation`` while another program holds the reader.
    func identify(_ readerName: String) throws(PCSCError) -> ReaderIdentity {
        let service = try ResourceManager()
        let reader = try service.connect(to: readerName, share: .direct)
        let serial = try offered { () throws(PCSCError) in try reader.attribute(.vendorSerialNumber) }
        let channel = try offered { () throws(PCSCError) in try reader.attribute(.channel) }
        try reader.disconnect(.leave)
        return ReaderIdentity(
            serialNumber: Self.text(serial) ?? ReaderIdentity(readerName: readerName).serialNumber,
            port: Self.address(channel).flatMap { topology.port(bus: $0.bus, address: $0.address) })
    }

    /// The attribute; empty when the driver does not have it.
    private func offered(_ ask: () throws(PCSCError) -> [UInt8]) throws(PCSCError) -> [UInt8] {
        do throws(PCSCError) {
            return try ask()
        } catch  where !error.code.endsContext {
            return []
        }
    }

    /// Text ended by a zero; `nil` without any.
    static func text(_ bytes: [UInt8]) -> String? {
        let text = bytes.prefix { $0 != 0 }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    /// Bus number and device address out of a USB reader's channel attribute.
    static func address(_ bytes: [UInt8]) -> (bus: UInt8, address: UInt8)? {
        guard bytes.count == 4 else { return nil }
        let channel = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        guard channel >> 16 == usbChannel else { return nil }
        return (UInt8(truncatingIfNeeded: channel >> 8), UInt8(truncatingIfNeeded: channel))
    }
}
