import Payments
import ServiceHost
import SmartCards

/// The section `purse` of a MIFARE Classic profile.
struct MIFAREClassicPurseSettings {
    private let primary: MIFAREClassicCopySettings
    private let backup: MIFAREClassicCopySettings

    init(_ section: ConfigurationSection) {
        primary = MIFAREClassicCopySettings(section.section("primary"))
        backup = MIFAREClassicCopySettings(section.section("backup"))
        for (key, block) in backup.blocks where primary.blocks.contains(where: { $0.block == block }) {
            backup.reject(key, "the primary copy stands in this block")
        }
        if let sector = primary.sector, sector == backup.sector, !primary.key.isSame(as: backup.key) {
            backup.reject("key", "both copies stand in sector \(sector), which has one such key: name the same")
        }
    }

    /// The number's block is not the purse's.
    func rejectBlock(_ block: UInt8) {
        for copy in [primary, backup] {
            for (key, own) in copy.blocks where own == block {
                copy.reject(key, "the purse would overwrite the card's number")
            }
        }
    }

    func value(
        profile: String
    ) throws(ConfigurationError) -> (
        primary: MIFAREClassicProfileDefinition.Copy, backup: MIFAREClassicProfileDefinition.Copy
    ) {
        (try primary.value(profile: profile), try backup.value(profile: profile))
    }
}

/// The section `primary` or `backup`.
private struct MIFAREClassicCopySettings {
    private let section: ConfigurationSection
    private let valueBlock: Setting<UInt8>
    private let recordBlock: Setting<UInt8>
    let key: MIFAREClassicKeySettings

    init(_ section: ConfigurationSection) {
        self.section = section
        valueBlock = section.dataBlock("value_block")
        recordBlock = section.dataBlock("record_block")
        key = MIFAREClassicKeySettings(section.section("key"))
        guard case .found(let value) = valueBlock, case .found(let record) = recordBlock else { return }
        if value == record {
            section.reject("record_block", "this is the value block")
        } else if MIFAREClassicBlock(value).sector != MIFAREClassicBlock(record).sector {
            section.reject("record_block", "value and record of one copy stand in one sector")
        }
    }

    /// Those that are known, with their keys.
    var blocks: [(key: String, block: UInt8)] {
        [("value_block", valueBlock), ("record_block", recordBlock)].compactMap { key, setting in
            if case .found(let block) = setting { (key, block) } else { nil }
        }
    }

    var sector: UInt8? { if case .found(let block) = valueBlock { MIFAREClassicBlock(block).sector } else { nil } }

    func reject(_ key: String, _ text: String) { section.reject(key, text) }

    func value(profile: String) throws(ConfigurationError) -> MIFAREClassicProfileDefinition.Copy {
        MIFAREClassicProfileDefinition.Copy(
            value: try valueBlock.value, record: try recordBlock.value, key: try key.value(profile: profile))
    }
}

/// A section `key` of a MIFARE Classic profile.
struct MIFAREClassicKeySettings {
    private enum Kind: String, CaseIterable { case a, b }

    private let kind: Setting<Kind>
    private let isDerived: Setting<Bool>
    private let source: CardKeySettings

    init(_ section: ConfigurationSection) {
        kind = section.choice("kind", as: Kind.self)
        isDerived = section.boolean("derived", default: false)
        source = CardKeySettings(section)
    }

    /// Whether both are the same key, as far as that can be told.
    func isSame(as other: MIFAREClassicKeySettings) -> Bool {
        guard case .found(let left) = kind, case .found(let right) = other.kind,
            case .found(let isLeftDerived) = isDerived, case .found(let isRightDerived) = other.isDerived
        else { return true }
        return left == right && isLeftDerived == isRightDerived && source.isSame(as: other.source)
    }

    func value(profile: String) throws(ConfigurationError) -> MIFAREClassicProfileDefinition.Key {
        MIFAREClassicProfileDefinition.Key(
            kind: try kind.value == .a ? .a : .b, isDerived: try isDerived.value,
            source: try source.value(profile: profile))
    }
}

extension ConfigurationSection {
    /// The number of a block in which a campus may keep data.
    func dataBlock(_ key: String) -> Setting<UInt8> {
        value(key, expected: "a block from 1 to 254 that is no sector's last") { text in
            guard !text.hasPrefix("+"), let number = UInt8(text), MIFAREClassicBlock(number).isData else { return nil }
            return number
        }
    }
}
