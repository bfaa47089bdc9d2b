/// What a MIFARE Classic chip allows in one sector: bytes 6 to 8 of its trailer (data sheet MF1S50YYX_V1 section 8.7).
struct ClassicAccess {
    /// What is done with a data block.
    enum Operation {
        case read
        case write
        case increment
        /// Also transfer and restore.
        case decrement
    }

    /// C1 C2 C3 of the groups 0 to 2 and of the trailer, as a number from 0 to 7.
    private let conditions: [UInt8]

    /// `nil` when the bits and their complements do not agree: the sector is locked for good.
    init?(trailer: [UInt8]) {
        let (first, second, third) = (trailer[7] >> 4, trailer[8] & 0x0F, trailer[8] >> 4)
        guard trailer[6] & 0x0F == ~first & 0x0F, trailer[6] >> 4 == ~second & 0x0F, trailer[7] & 0x0F == ~third & 0x0F
        else { return nil }
        conditions = (0..<4).map { (first >> $0 & 1) << 2 | (second >> $0 & 1) << 1 | third >> $0 & 1 }
    }

    /// A key B that can be read serves as data and opens nothing.
    var isKeyBReadable: Bool { [0b000, 0b010, 0b001].contains(conditions[3]) }

    func allows(_ operation: Operation, group: Int, withKeyB isKeyB: Bool) -> Bool {
        guard !(isKeyB && isKeyBReadable) else { return false }
        switch (conditions[group], operation) {
        case (0b000, _): return true
        case (0b010, .read), (0b100, .read), (0b110, .read), (0b001, .read): return true
        case (0b110, .decrement), (0b001, .decrement): return true
        case (0b100, .write), (0b110, .write), (0b110, .increment), (0b011, .write): return isKeyB
        case (0b011, .read), (0b101, .read): return isKeyB
        default: return false
        }
    }

    /// Whether keys may be written, and whether the access conditions may.
    func allowsTrailerWrite(withKeyB isKeyB: Bool) -> (keys: Bool, conditions: Bool) {
        switch conditions[3] {
        case 0b000: (!isKeyB, false)
        case 0b001: (!isKeyB, !isKeyB)
        case 0b100: (isKeyB, false)
        case 0b011: (isKeyB, isKeyB)
        case 0b101: (false, isKeyB)
        default: (false, false)
        }
    }
}
