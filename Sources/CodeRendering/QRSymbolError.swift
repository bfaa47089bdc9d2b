/// Why no symbol or image could be made. Numbers 2201–2299. Never holds the text.
package struct QRSymbolError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Int, Sendable, CaseIterable {
        /// Nothing to encode, or a NUL inside, at which the library would stop.
        case textInvalid = 2201
        /// More than a symbol of version 40 holds at the wanted correction level.
        case textTooLong = 2202
        /// The library gave no symbol.
        case encoderFailed = 2203
        /// A scale outside ``QRSymbol/scales``.
        case scaleInvalid = 2204
    }

    package let code: Code
    /// The library's errno, 0 where it was not asked.
    package let errorNumber: Int32

    init(_ code: Code, errorNumber: Int32 = 0) {
        self.code = code
        self.errorNumber = errorNumber
    }

    package var description: String {
        let text =
            switch code {
            case .textInvalid: "a symbol needs a text without NUL"
            case .textTooLong: "the text is longer than a symbol can hold"
            case .encoderFailed: "the symbol could not be made (QRcode_encodeString: errno \(errorNumber))"
            case .scaleInvalid: "the scale must be from \(QRSymbol.scales.lowerBound) to \(QRSymbol.scales.upperBound)"
            }
        return "E\(code.rawValue): \(text)"
    }
}
