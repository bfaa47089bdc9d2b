import Payments

/// Tells from the look of a scan what it is, so that only the campus's own codes go further and every other one gets
/// a clear answer. Tables are configuration.
package struct CodeClassifier: Sendable, Hashable {
    /// Prefix of the campus's online codes, digits. The default is used by no wallet that we know.
    package var onlinePrefix: String
    /// Lengths of the campus's online codes in digits.
    package var onlineLengths: ClosedRange<Int>
    /// Asked in order; the first that fits names the wallet.
    package var walletRails: [WalletRail]

    package init(
        onlinePrefix: String = "96", onlineLengths: ClosedRange<Int> = 20...24,
        walletRails: [WalletRail] = WalletRail.standard
    ) {
        self.onlinePrefix = onlinePrefix
        self.onlineLengths = onlineLengths
        self.walletRails = walletRails
    }

    /// The class of `scan`, and what may be logged about it.
    package func classify(_ scan: [UInt8]) -> (code: ScannedCode, fingerprint: CodeFingerprint) {
        guard scan.count <= PaymentCodeLimits.scanMaximum else {
            return (.unknown, CodeFingerprint(kind: .unknown, bytes: scan))
        }
        let bytes = ScanStripping.withoutLineEnds(ScanStripping.withoutMarks(ScanStripping.withoutLineEnds(scan)))
        // A binary code may end in a byte that looks like a line end.
        let code = isTransit(ScanStripping.withoutMarks(scan)) ? ScannedCode.transit : classify(stripped: bytes)
        return (code, CodeFingerprint(kind: code.kind, bytes: bytes))
    }

    private func classify(stripped bytes: [UInt8]) -> ScannedCode {
        if !bytes.isEmpty, bytes.allSatisfy(isDigit), let code = classify(digits: bytes) { return code }
        if isEMVConsumer(bytes) { return .emvConsumer }
        if MerchantCode.isIntact(bytes) { return .merchantCode }
        if isTransit(bytes) { return .transit }
        if isHealth(bytes) { return .health }
        if isLink(bytes) { return .link }
        return .unknown
    }

    private func classify(digits: [UInt8]) -> ScannedCode? {
        let prefixes = [PaymentCodeLayout.prefix, PaymentCodeLayout.reservedPrefix]
        if digits.count >= PaymentCodeLimits.offlineTextMinimum,
            prefixes.contains(where: { digits.starts(with: $0.utf8) })
        {
            return .campusOffline(text: String(decoding: digits, as: UTF8.self))
        }
        if onlineLengths.contains(digits.count), !onlinePrefix.isEmpty, digits.starts(with: onlinePrefix.utf8) {
            return .campusOnline(text: String(decoding: digits, as: UTF8.self))
        }
        return walletRails.first { $0.matches(digits) }.map(ScannedCode.walletCode)
    }

    /// Base64 of tag 85, length 5, `CPV01` (EMVCo consumer-presented mode v1.1, section 5.1.1.1).
    private func isEMVConsumer(_ bytes: [UInt8]) -> Bool { bytes.starts(with: "hQVDUFY".utf8) }

    /// Interoperable transit code: a version byte of 0x80 or more and a two-byte length of all that follows it.
    private func isTransit(_ bytes: [UInt8]) -> Bool {
        bytes.count > 3 && bytes[0] >= 0x80 && Int(bytes[1]) << 8 | Int(bytes[2]) == bytes.count - 3
    }

    /// `HC1:` (EU digital certificate) and `shc:/` (SMART Health Card).
    private func isHealth(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: "HC1:".utf8) || lowercased(bytes.prefix(5)).starts(with: "shc:/".utf8)
    }

    /// A scheme of RFC 3986 followed by `://`, in either case: web pages, and the application links that Chinese
    /// merchants' printed codes hold.
    private func isLink(_ bytes: [UInt8]) -> Bool {
        let text = lowercased(bytes.prefix(32))
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return false }
        let isLetter: (UInt8) -> Bool = { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        let punctuation = Array("+-.".utf8)
        return isLetter(text[0]) && text[colon...].starts(with: "://".utf8)
            && text[..<colon].allSatisfy { isLetter($0) || isDigit($0) || punctuation.contains($0) }
    }

    private func lowercased(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}
