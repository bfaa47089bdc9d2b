import FoundationEssentials

/// The kernel's list of USB devices: where the one with a bus number and an address is plugged in.
struct USBTopology: Sendable {
    /// Where sysfs is mounted.
    let root: String

    /// The port of the device, such as `1-1.2`; `nil` when the kernel does not know such a device (any more).
    func port(bus: UInt8, address: UInt8) -> String? {
        let folder = root + "/bus/usb/devices"
        // Without USB there is no such folder.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        // A device is named by its port, its interfaces `port:configuration.interface`, a root hub `usb` and its bus.
        return names.first { name in
            name.contains("-") && !name.contains(":") && number(in: "\(folder)/\(name)/busnum") == bus
                && number(in: "\(folder)/\(name)/devnum") == address
        }
    }

    private func number(in file: String) -> UInt8? {
        // A device may be unplugged between the list and this look.
        guard let bytes = FileManager.default.contents(atPath: file) else { return nil }
        return UInt8(String(decoding: bytes.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }, as: UTF8.self))
    }
}
