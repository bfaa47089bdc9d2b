import Payments

/// What a terminal remembers about its secure module without power.
///
/// The terminal serial belongs to the terminal number, so it holds for whatever module is in the slot; the count of
/// wrong MAC2 values and the distrust belong to one module.
package struct SecureModuleRecord: Sendable, Hashable {
    /// Serial number of the module, ten bytes; empty before the first.
    package private(set) var moduleSerial: [UInt8] = []
    /// No serial above this one was seen when the record was stored; the module may have gone on since.
    package var terminalSerial: UInt32?
    /// Wrong, or possibly wrong, MAC2 values since the last right one.
    package var wrongMAC2Count = 0
    /// The module gave a serial that did not advance.
    package var isDistrusted = false

    package init() {}

    /// Takes the module in the slot as the one meant from now on.
    ///
    /// - Returns: whether the record changed.
    package mutating func adopt(_ module: SecureModuleIdentity) -> Bool {
        guard module.serial != moduleSerial else { return false }
        moduleSerial = module.serial
        wrongMAC2Count = 0
        isDistrusted = false
        return true
    }

    private static let title = "secure module record 1"
    /// A count above this is no count of ours.
    private static let countMaximum = 1_000_000

    /// The record as the text of a small file.
    package var text: String {
        """
        \(Self.title)
        module \(moduleSerial.isEmpty ? "none" : Hex.encode(moduleSerial))
        terminal_serial \(terminalSerial.map { String($0) } ?? "none")
        wrong_mac2 \(wrongMAC2Count)
        trust \(isDistrusted ? "no" : "yes")

        """
    }

    /// Reads ``text`` strictly: `nil` for anything that this type did not write.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 6, lines[0] == Self.title, lines[5].isEmpty,
            let module = Self.value("module", lines[1]), let serial = Self.value("terminal_serial", lines[2]),
            let count = Self.value("wrong_mac2", lines[3]).flatMap({ Int($0) }),
            let trust = Self.value("trust", lines[4]), trust == "yes" || trust == "no",
            (0...Self.countMaximum).contains(count)
        else { return nil }
        if module != "none" {
            guard let bytes = Hex.decode(module), bytes.count == 10 else { return nil }
            moduleSerial = bytes
        }
        if serial != "none" {
            guard let number = UInt32(serial) else { return nil }
            terminalSerial = number
        }
        wrongMAC2Count = count
        isDistrusted = trust == "no"
        guard self.text == text else { return nil }
    }

    private static func value(_ name: String, _ line: Substring) -> Substring? {
        guard line.hasPrefix(name + " ") else { return nil }
        return line.dropFirst(name.count + 1)
    }
}
