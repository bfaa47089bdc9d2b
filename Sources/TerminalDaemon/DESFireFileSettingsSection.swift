import ServiceHost
import SmartCards

/// Number and communication of a DESFire file.
struct DESFireFileSettingsSection {
    private enum Communication: String, CaseIterable {
        case plain
        case mac
        case full

        var value: DESFireCommunication {
            switch self {
            case .plain: .plain
            case .mac: .mac
            case .full: .full
            }
        }
    }

    private let section: ConfigurationSection
    private let key: String
    private let number: Setting<Int>
    private let communication: Setting<Communication>

    /// - Parameter key: what the file's number is called.
    init(_ section: ConfigurationSection, number key: String) {
        self.section = section
        self.key = key
        number = section.integer(key, in: 0...31)
        communication = section.choice("communication", as: Communication.self, default: .full)
    }

    /// Whether both are the same file, as far as that can be told.
    func isSame(as other: DESFireFileSettingsSection) -> Bool {
        guard case .found(let left) = number, case .found(let right) = other.number else { return false }
        return left == right
    }

    func reject(_ text: String) { section.reject(key, text) }

    func value() throws(ConfigurationError) -> DESFireProfile.File {
        DESFireProfile.File(number: UInt8(try number.value), communication: try communication.value.value)
    }
}

/// The section `purse` of a DESFire profile.
struct DESFirePurseSettings {
    private let valueFile: DESFireFileSettingsSection
    private let recordFile: DESFireFileSettingsSection
    private let transactionMACFile: DESFireFileSettingsSection?

    init(_ section: ConfigurationSection) {
        valueFile = DESFireFileSettingsSection(section.section("value_file"), number: "number")
        recordFile = DESFireFileSettingsSection(section.section("record_file"), number: "number")
        transactionMACFile = section.writtenSection("transaction_mac_file").map {
            DESFireFileSettingsSection($0, number: "number")
        }
        if recordFile.isSame(as: valueFile) { recordFile.reject("this is the value file") }
        for other in [valueFile, recordFile] {
            if let transactionMACFile, transactionMACFile.isSame(as: other) {
                transactionMACFile.reject("another file of the purse has this number")
            }
        }
    }

    /// None of the purse's files may be `other`.
    func reject(_ other: DESFireFileSettingsSection, _ text: String) {
        for file in [valueFile, recordFile, transactionMACFile] {
            if let file, file.isSame(as: other) { file.reject(text) }
        }
    }

    func value() throws(ConfigurationError) -> DESFireProfile.Purse {
        DESFireProfile.Purse(
            valueFile: try valueFile.value(), recordFile: try recordFile.value(),
            transactionMACFile: try transactionMACFile.map { file throws(ConfigurationError) in try file.value() })
    }
}
