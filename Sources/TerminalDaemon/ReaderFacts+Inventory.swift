import Devices
import SmartCards
import Terminal

extension ReaderFacts {
    /// The inventory for people.
    ///
    /// - Parameter lanes: names of the lanes by the name of their reader.
    static func of(_ inventory: [ReaderInventoryEntry], lanes: [String: String]) -> [ReaderFacts] {
        inventory.map { entry in
            ReaderFacts(
                name: entry.name, serialNumber: entry.identity.serialNumber, port: entry.identity.port,
                model: entry.quirks.model, valueDialect: entry.quirks.valueDialect?.rawValue,
                givesFeedback: entry.quirks.feedback != nil, isSecureModuleSlot: entry.quirks.isSecureModuleSlot,
                isWorking: entry.isWorking, hasCard: entry.hasCard, user: entry.user.map { lanes[$0] ?? $0 },
                selector: selector(of: entry, among: inventory))
        }
    }

    /// The text that means this reader only, and goes on meaning it when readers are plugged in again as far as that
    /// can be had: by serial number, else by port, with the slot's number where the reader has several, else by name.
    private static func selector(of entry: ReaderInventoryEntry, among inventory: [ReaderInventoryEntry]) -> String {
        // The service ends a name with the reader's number and the slot's; the latter is the same after a replugging.
        let slot = entry.name.split(separator: " ").last.map { " * \($0)" } ?? ""
        let devices = [
            entry.identity.serialNumber.map { "serial:\($0)" }, entry.identity.port.map { "port:\($0)" },
        ]
        let texts = devices.compactMap { $0 }.flatMap { [$0, $0 + slot] }
        return texts.first { text in
            guard let selector = ReaderSelector(text) else { return false }
            return inventory.filter { selector.matches($0.name, $0.identity) } == [entry]
        } ?? entry.name
    }
}
