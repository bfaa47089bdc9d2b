import CQREncode
import Glibc

/// How much of a symbol may be damaged and still be read (ISO/IEC 18004).
package enum QRErrorCorrection: Sendable, Hashable, CaseIterable {
    /// About 7, 15, 25 and 30 % of the codewords.
    case low, medium, quartile, high

    fileprivate var level: QRecLevel {
        switch self {
        case .low: QR_ECLEVEL_L
        case .medium: QR_ECLEVEL_M
        case .quartile: QR_ECLEVEL_Q
        case .high: QR_ECLEVEL_H
        }
    }
}

/// A QR symbol as a square of dark and light modules, with its quiet zone.
package struct QRSymbol: Sendable, Hashable {
    /// Light modules on each side that the standard demands (ISO/IEC 18004, section 6.3.8).
    package static let quietZone = 4
    /// Modules of image per module of symbol. The largest symbol, 185 modules with its quiet zone, is 5,920 pixels
    /// wide at the largest scale, a PNG of 4.4 MB.
    package static let scales = 1...32

    /// 1 to 40; side without quiet zone is 17 + 4 × version.
    package let version: Int
    /// Modules on each side, quiet zone included.
    package let side: Int
    /// `side` × `side` modules, row by row; `true` is dark.
    private let modules: [Bool]

    /// Encodes `text` (UTF-8) in the smallest version that holds it. The library splits it into numeric,
    /// alphanumeric and byte segments by itself; a text of digits becomes one numeric segment.
    package init(text: String, errorCorrection: QRErrorCorrection = .medium) throws(QRSymbolError) {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw QRSymbolError(.textInvalid) }
        let keepCase: Int32 = 1
        let smallestVersion: Int32 = 0
        let (code, errorNumber) = text.withCString { pointer in
            (QRcode_encodeString(pointer, smallestVersion, errorCorrection.level, QR_MODE_8, keepCase), errno)
        }
        guard let code else {
            throw QRSymbolError(errorNumber == ERANGE ? .textTooLong : .encoderFailed, errorNumber: errorNumber)
        }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        let side = width + 2 * Self.quietZone
        guard let data = code.pointee.data else { throw QRSymbolError(.encoderFailed) }
        version = Int(code.pointee.version)
        self.side = side
        modules = (0..<side * side).map { index in
            let (row, column) = (index / side - Self.quietZone, index % side - Self.quietZone)
            guard (0..<width).contains(row), (0..<width).contains(column) else { return false }
            // Bit 0 of each byte is the colour; the others say what the module is for.
            return data[row * width + column] & 1 == 1
        }
    }

    /// Whether the module is dark; outside the symbol everything is light. Row 0 is the top of the quiet zone.
    package func isDark(row: Int, column: Int) -> Bool {
        (0..<side).contains(row) && (0..<side).contains(column) && modules[row * side + column]
    }
}

extension QRSymbol: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the modules: they are the code.
    package var description: String { "QR symbol of version \(version)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
