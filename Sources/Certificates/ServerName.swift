import Glibc
import SwiftASN1
import X509

/// A name under which terminals reach the hub: a DNS name or an IP address.
package struct ServerName: Sendable, Hashable, CustomStringConvertible {
    package let text: String
    /// 4 or 16 bytes; `nil` for a DNS name.
    private let address: [UInt8]?

    /// `nil` for anything that is neither.
    package init?(text: String) {
        if let address = Self.address(text, AF_INET, 4) ?? Self.address(text, AF_INET6, 16) {
            self.address = address
        } else {
            guard Self.isHostName(text) else { return nil }
            address = nil
        }
        self.text = text
    }

    package var description: String { text }

    var generalName: GeneralName {
        address.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) } ?? .dnsName(text)
    }

    private static func address(_ text: String, _ family: Int32, _ length: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: length)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// Labels of letters, digits and hyphens (RFC 1123, section 2.1), not all numeric at the end.
    private static func isHostName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...253).contains(text.utf8.count), let last = labels.last, !last.allSatisfy(\.isNumber) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    byte == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                        || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                }
        }
    }
}
