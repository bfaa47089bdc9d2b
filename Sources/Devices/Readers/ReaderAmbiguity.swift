/// A selector fits more than one reader.
///
/// When it names a device, its lane gets none of them. When it is a mere name pattern, the lane has the first that
/// was free; which that is may change when a reader is plugged in again.
package struct ReaderAmbiguity: Hashable, Sendable, CustomStringConvertible {
    package let selector: ReaderSelector
    /// Their PC/SC names, in the service's order.
    package let readerNames: [String]

    package var description: String {
        "\"\(selector)\" fits \(readerNames.count) readers: " + readerNames.joined(separator: ", ")
            + "; choose one by serial: or port:, with a slot name where it has several slots"
    }
}
