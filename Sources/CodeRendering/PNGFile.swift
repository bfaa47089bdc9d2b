/// Writes the one kind of PNG that a symbol needs (ISO/IEC 15948): 1-bit grey, not interlaced.
///
/// The image data is a zlib stream (RFC 1950) of stored DEFLATE blocks (RFC 1951, section 3.2.4). A payment code at
/// scale 8 is 20 kB that way, 19 kB more than compressed, and no compression library is needed for it.
enum PNGFile {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let storedBlockMaximum = 65_535

    /// `scanlines`: for each row a filter byte and ⌈width / 8⌉ bytes of pixels.
    static func monochrome(width: Int, height: Int, scanlines: [UInt8]) -> [UInt8] {
        let (bitDepth, grey, deflate, adaptiveFilter, noInterlace): (UInt8, UInt8, UInt8, UInt8, UInt8) = (
            1, 0, 0, 0, 0
        )
        let header =
            bigEndian(UInt32(width)) + bigEndian(UInt32(height))
            + [bitDepth, grey, deflate, adaptiveFilter, noInterlace]
        return signature + chunk("IHDR", header) + chunk("IDAT", zlibStored(scanlines)) + chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let checked = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + checked + bigEndian(Checksum.crc32(checked))
    }

    private static func zlibStored(_ data: [UInt8]) -> [UInt8] {
        // DEFLATE with a 32 KiB window, fastest level; the second byte makes the pair a multiple of 31.
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + storedBlockMaximum, data.count)
            let length = UInt16(end - start)
            let isLast: UInt8 = end == data.count ? 1 : 0
            stream += [isLast] + littleEndian(length) + littleEndian(~length) + data[start..<end]
            start = end
        } while start < data.count
        return stream + bigEndian(Checksum.adler32(data))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    private static func littleEndian(_ value: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
}
