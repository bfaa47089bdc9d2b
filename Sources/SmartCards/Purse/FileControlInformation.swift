/// What a card says about the application just selected (tag 6F): its name (84) and its own data (A5).
package struct FileControlInformation: Sendable, Hashable {
    /// Tag 84, the application's name; `nil` when the card does not give it.
    package let name: [UInt8]?
    /// Tag 88, the short identifier of the directory file of a payment environment.
    package let directoryFile: UInt8?
    /// Tag 9F0C, the issuer's discretionary data: on purse cards the whole public-information file.
    package let publicInformation: PublicInformation?

    /// Reads the answer to SELECT. A card may answer with a status alone; then nothing is known.
    package init(decoding bytes: [UInt8]) throws(CardDataError) {
        guard !bytes.isEmpty else {
            name = nil
            directoryFile = nil
            publicInformation = nil
            return
        }
        let elements = try DataElement.readAll(bytes)
        guard elements.count == 1, let template = elements.first, template.tag == 0x6F else {
            throw CardDataError(.fileControlInformationMalformed, detail: "\(elements.count) elements")
        }
        name = template.child(0x84)?.value
        let own = template.child(0xA5)
        if let file = own?.child(0x88)?.value {
            guard file.count == 1 else { throw CardDataError(.fileControlInformationMalformed, detail: "tag 88") }
            directoryFile = file[0]
        } else {
            directoryFile = nil
        }
        if let file = own?.child(0x9F0C)?.value {
            publicInformation = try PublicInformation(decoding: file)
        } else {
            publicInformation = nil
        }
    }
}
