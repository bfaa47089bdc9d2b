extension QRSymbol {
    /// The symbol as a PNG file of 1-bit grey, `scale` pixels per module.
    package func png(scale: Int = 8) throws(QRSymbolError) -> [UInt8] {
        guard Self.scales.contains(scale) else { throw QRSymbolError(.scaleInvalid) }
        let size = side * scale
        var scanlines: [UInt8] = []
        for row in 0..<side {
            let line = scanline(row: row, scale: scale)
            for _ in 0..<scale { scanlines += line }
        }
        return PNGFile.monochrome(width: size, height: size, scanlines: scanlines)
    }

    /// Filter byte 0 (none), then one bit per pixel, first pixel in the highest bit, 1 for light.
    private func scanline(row: Int, scale: Int) -> [UInt8] {
        var line = [UInt8](repeating: 0, count: 1 + (side * scale + 7) / 8)
        for column in 0..<side where !isDark(row: row, column: column) {
            for pixel in column * scale..<(column + 1) * scale { line[1 + pixel / 8] |= 0x80 >> UInt8(pixel % 8) }
        }
        return line
    }
}
