import Payments

/// The answer to GetVersion: 7 bytes of hardware, 7 of software, 14 of production (15 on some cards).
package struct DESFireVersion: Sendable, Hashable {
    /// Vendor, type, subtype, version, storage, protocol: one half of the answer.
    package struct Part: Sendable, Hashable {
        /// 04 is NXP.
        package let vendor: UInt8
        /// 01 is DESFire.
        package let type: UInt8
        package let majorVersion: UInt8
        package let minorVersion: UInt8
        /// The storage byte as it is coded.
        package let storage: UInt8
    }

    package let hardware: Part
    package let software: Part
    /// Seven bytes; zeros on a card that shows random identifiers.
    package let uid: [UInt8]

    /// - Parameter data: the three frames together.
    package init(decoding data: [UInt8]) throws(DESFireError) {
        guard (28...29).contains(data.count) else {
            throw DESFireError(.answerLength, detail: "version: \(data.count) bytes instead of 28")
        }
        func part(_ bytes: ArraySlice<UInt8>) -> Part {
            let bytes = Array(bytes)
            return Part(
                vendor: bytes[0], type: bytes[1], majorVersion: bytes[3], minorVersion: bytes[4], storage: bytes[5])
        }
        hardware = part(data[0..<7])
        software = part(data[7..<14])
        uid = Array(data[14..<21])
    }
}

extension DESFireVersion {
    /// What secure messaging a card of this version speaks at best; `nil` for cards before EV1 and for others.
    ///
    /// Hardware major versions: 01 EV1, 12 and 22 EV2, 30 Light, 33 EV3 (as proxmark3 tells them apart). A newer
    /// one is taken for a card that speaks EV2 too.
    package var messaging: DESFireMessaging? {
        // The high nibble of the type is the form factor.
        let isKnownType = hardware.type & 0x0F == 0x01 || hardware.type & 0x0F == 0x08
        guard hardware.vendor == 0x04, isKnownType else { return nil }
        switch hardware.majorVersion {
        case 0x00: return nil
        case 0x01..<0x12: return .ev1
        default: return .ev2
        }
    }

    /// The UID, unless the card hides it: then it gives zeros, or one drawn at random (08, or 80 on some readers).
    package var shownUID: [UInt8]? { [0x00, 0x08, 0x80].contains(uid[0]) ? nil : uid }
}

extension DESFireVersion: CustomStringConvertible {
    /// The versions. The UID stays out.
    package var description: String {
        "hardware \(hardware.majorVersion).\(hardware.minorVersion), "
            + "software \(software.majorVersion).\(software.minorVersion)"
    }
}
