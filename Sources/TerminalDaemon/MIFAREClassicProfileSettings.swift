import Payments
import ServiceHost
import SmartCards

/// A ``SmartCards/MIFAREClassicProfile`` whose keys are still to be read.
package struct MIFAREClassicProfileDefinition: Sendable {
    /// One key of a sector.
    struct Key: Sendable {
        let kind: MIFAREClassicKey.Kind
        /// Whether each card and sector has its own, below a master key.
        let isDerived: Bool
        let source: CardKeySource

        func resolved(_ credentials: Credentials) throws(ConfigurationError) -> MIFAREClassicKey {
            let bytes = try source.bytes(credentials, count: isDerived ? 16 : MIFAREClassicKey.length)
            let key =
                isDerived ? MIFAREClassicKey(kind, derivedFrom: bytes) : MIFAREClassicKey(kind, fixed: bytes)
            guard let key else { fatalError("a sector key of checked length is one") }
            return key
        }
    }

    /// Where the number stands.
    struct Identity: Sendable {
        let block: UInt8
        let offset: Int
        let length: Int
        let encoding: MIFAREClassicIdentityField.Encoding
        let key: Key
    }

    /// One of the purse's two copies.
    struct Copy: Sendable {
        let value: UInt8
        let record: UInt8
        let key: Key

        func resolved(_ credentials: Credentials) throws(ConfigurationError) -> MIFAREClassicPurseBlocks.Copy {
            let key = try key.resolved(credentials)
            guard let copy = MIFAREClassicPurseBlocks.Copy(value: value, record: record, key: key) else {
                fatalError("the blocks of a purse were checked with the configuration")
            }
            return copy
        }
    }

    let name: String
    let identity: Identity
    let purse: (primary: Copy, backup: Copy)?
    let tender: Tender
    let limits: CardLimits
    let slot: StorageCardKeySlot

    func resolved(_ credentials: Credentials) throws(ConfigurationError) -> MIFAREClassicProfile {
        let field = MIFAREClassicIdentityField(
            block: identity.block, offset: identity.offset, length: identity.length, encoding: identity.encoding,
            key: try identity.key.resolved(credentials))
        guard let field else { fatalError("the number's place was checked with the configuration") }
        var blocks: MIFAREClassicPurseBlocks?
        if let purse {
            blocks = MIFAREClassicPurseBlocks(
                primary: try purse.primary.resolved(credentials), backup: try purse.backup.resolved(credentials))
            guard blocks != nil else { fatalError("the purse's copies were checked with the configuration") }
        }
        return MIFAREClassicProfile(
            name: name, identity: field, purse: blocks, tender: tender, limits: limits, slot: slot)
    }
}

/// What a profile of the kind `mifare_classic` says beside name and limits.
struct MIFAREClassicProfileSettings {
    private let identity: MIFAREClassicIdentitySettings
    private let purse: MIFAREClassicPurseSettings?
    private let tender: Setting<Tender>
    private let slotNumber: Setting<Int>
    private let isSlotVolatile: Setting<Bool>

    init(_ section: ConfigurationSection) {
        identity = MIFAREClassicIdentitySettings(section.section("identity"))
        purse = section.writtenSection("purse").map(MIFAREClassicPurseSettings.init)
        tender = section.choice("tender", as: Tender.self, default: .account)
        let slot = section.section("key_slot", required: false)
        slotNumber = slot.integer("number", in: 0...255, default: 0)
        isSlotVolatile = slot.boolean("volatile", default: true)
        if purse == nil, case .found(.purse) = tender {
            section.reject("tender", "the card's own purse pays only where the section purse says its blocks")
        }
        if case .found(let block) = identity.block { purse?.rejectBlock(block) }
    }

    func value(name: String, limits: CardLimits) throws(ConfigurationError) -> MIFAREClassicProfileDefinition {
        MIFAREClassicProfileDefinition(
            name: name, identity: try identity.value(profile: name),
            purse: try purse.map { purse throws(ConfigurationError) in try purse.value(profile: name) },
            tender: try tender.value, limits: limits,
            slot: StorageCardKeySlot(number: UInt8(try slotNumber.value), isVolatile: try isSlotVolatile.value))
    }
}

/// The section `identity` of a MIFARE Classic profile.
private struct MIFAREClassicIdentitySettings {
    private enum Encoding: String, CaseIterable {
        case binary
        case bcd
        case decimalText = "decimal_text"

        var value: MIFAREClassicIdentityField.Encoding {
            switch self {
            case .binary: .binary
            case .bcd: .binaryCodedDecimal
            case .decimalText: .decimalText
            }
        }

        /// Most bytes that such a number has.
        var lengthMaximum: Int { self == .decimalText ? 16 : MIFAREClassicIdentity.serialLength }
    }

    let block: Setting<UInt8>
    private let offset: Setting<Int>
    private let length: Setting<Int>
    private let encoding: Setting<Encoding>
    private let key: MIFAREClassicKeySettings

    init(_ section: ConfigurationSection) {
        block = section.dataBlock("block")
        offset = section.integer("offset", in: 0...15, default: 0)
        length = section.integer("length", in: 1...16)
        encoding = section.choice("encoding", as: Encoding.self, default: .binary)
        key = MIFAREClassicKeySettings(section.section("key"))
        guard case .found(let length) = length else { return }
        if case .found(let encoding) = encoding, length > encoding.lengthMaximum {
            section.reject(
                "length", "\(encoding.rawValue) has at most \(encoding.lengthMaximum) bytes, found \(length)")
        } else if case .found(let offset) = offset, offset + length > MIFAREClassicBlock.length {
            section.reject("length", "the number goes beyond the block's 16 bytes")
        }
    }

    func value(profile: String) throws(ConfigurationError) -> MIFAREClassicProfileDefinition.Identity {
        MIFAREClassicProfileDefinition.Identity(
            block: try block.value, offset: try offset.value, length: try length.value,
            encoding: try encoding.value.value, key: try key.value(profile: profile))
    }
}
