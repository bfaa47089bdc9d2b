import Payments

/// One BER-TLV data element as cards use them (ISO 7816-4 section 5.2.2): a tag of 1 to 3 bytes, a definite length.
package struct DataElement: Sendable, Hashable {
    /// What is inside: bytes, or further elements when the tag says so (bit 6 of its first byte).
    package enum Content: Sendable, Hashable {
        case primitive([UInt8])
        case constructed([DataElement])
    }

    /// The tag with all its bytes, for example 0x6F or 0x9F0C.
    package let tag: UInt32
    package let content: Content

    /// Deepest nesting that is read. File control information needs two; each level costs stack.
    package static let depthMaximum = 4

    package init(tag: UInt32, content: Content) {
        self.tag = tag
        self.content = content
    }

    /// Reads a sequence of elements that fills `bytes` exactly.
    package static func readAll(_ bytes: [UInt8]) throws(CardDataError) -> [DataElement] {
        try read(bytes[...], depth: 1)
    }

    /// The bytes of a primitive element.
    package var value: [UInt8]? { if case .primitive(let bytes) = content { bytes } else { nil } }

    /// The elements inside; none for a primitive one.
    package var children: [DataElement] { if case .constructed(let elements) = content { elements } else { [] } }

    /// The first element with `tag` directly inside.
    package func child(_ tag: UInt32) -> DataElement? { children.first { $0.tag == tag } }

    /// The element as bytes, lengths in their shortest form. At most 65,535 bytes of content.
    package var bytes: [UInt8] {
        let body =
            switch content {
            case .primitive(let bytes): bytes
            case .constructed(let elements): elements.flatMap(\.bytes)
            }
        invariant(body.count <= 0xFFFF, "a data element has at most 65,535 bytes")
        let tagLength = tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1
        let length: [UInt8] =
            switch body.count {
            case ..<0x80: [UInt8(body.count)]
            case ..<0x100: [0x81, UInt8(body.count)]
            default: [0x82] + body.count.bigEndianBytes(count: 2)
            }
        return tag.bigEndianBytes(count: tagLength) + length + body
    }

    private static func read(_ bytes: ArraySlice<UInt8>, depth: Int) throws(CardDataError) -> [DataElement] {
        guard depth <= depthMaximum else { throw CardDataError(.nestingTooDeep) }
        var rest = bytes
        var elements: [DataElement] = []
        while let first = rest.first {
            let tag = try readTag(&rest)
            let length = try readLength(&rest)
            guard rest.count >= length else {
                throw CardDataError(.valueTruncated, detail: "\(rest.count) bytes instead of \(length)")
            }
            let value = rest.prefix(length)
            rest = rest.dropFirst(length)
            let isConstructed = first & 0x20 != 0
            let content: Content =
                isConstructed ? .constructed(try read(value, depth: depth + 1)) : .primitive(Array(value))
            elements.append(DataElement(tag: tag, content: content))
        }
        return elements
    }

    private static func readTag(_ rest: inout ArraySlice<UInt8>) throws(CardDataError) -> UInt32 {
        guard let first = rest.popFirst(), first != 0 else { throw CardDataError(.tagMalformed) }
        var tag = UInt32(first)
        guard first & 0x1F == 0x1F else { return tag }
        for _ in 0..<2 {
            guard let next = rest.popFirst() else { throw CardDataError(.tagMalformed) }
            tag = tag << 8 | UInt32(next)
            if next & 0x80 == 0 { return tag }
        }
        throw CardDataError(.tagMalformed)
    }

    private static func readLength(_ rest: inout ArraySlice<UInt8>) throws(CardDataError) -> Int {
        guard let first = rest.popFirst() else { throw CardDataError(.lengthMalformed) }
        switch first {
        case ..<0x80: return Int(first)
        case 0x81, 0x82:
            let count = Int(first & 0x0F)
            guard rest.count >= count else { throw CardDataError(.lengthMalformed) }
            let length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(count)
            return length
        default: throw CardDataError(.lengthMalformed)
        }
    }
}

extension DataElement: CustomStringConvertible {
    /// The tag only. The content can hold a card number.
    package var description: String { "data element \(String(tag, radix: 16, uppercase: true))" }
}
