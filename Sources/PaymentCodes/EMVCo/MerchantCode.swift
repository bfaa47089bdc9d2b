import Payments

/// Recognises an EMVCo merchant-presented code: one that a payer's phone scans, held to our scanner by mistake.
package enum MerchantCode {
    /// Object 00, the payload format indicator, with its only value 01; always first.
    private static let start = Array("000201".utf8)
    /// Object 63, the check value, of length 04; always last. The check runs over these four characters too.
    private static let checkHeader = Array("6304".utf8)
    private static let checkLength = 4

    /// Whether `bytes` begins and ends as the specification demands and its check value is right. The check runs
    /// over UTF-8 bytes; its four characters are upper-case hexadecimal, zero padded.
    package static func isIntact(_ bytes: [UInt8]) -> Bool {
        let covered = bytes.dropLast(checkLength)
        guard bytes.starts(with: start), covered.count >= start.count + checkHeader.count,
            covered.suffix(checkHeader.count).elementsEqual(checkHeader)
        else { return false }
        let check = Hex.encode(CyclicRedundancyCheck16.checksum(covered).bigEndianBytes(count: 2))
        return bytes.suffix(checkLength).elementsEqual(check.utf8)
    }
}
