import Payments
import SmartCards
import Testing

/// An AES key of hexadecimal text.
func aesKey(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> AESKey {
    try #require(AESKey(hex: text), sourceLocation: sourceLocation)
}

/// Whether `key` is the key `text`: keys do not show their bytes.
func isKey(_ key: AESKey, _ text: String) throws -> Bool {
    let block = [UInt8](1...16)
    return AES128(key: key).encrypt(block: block) == AES128(key: try aesKey(text)).encrypt(block: block)
}

/// A session in the middle of a published example; a key that the example does not name is zero.
func session(
    encryption: String = "00000000000000000000000000000000", authentication: String, identifier: String,
    counter: UInt16
) throws -> DESFireSession {
    DESFireSession(
        keys: DESFireSessionKeys(
            encryption: try aesKey(encryption), authentication: try aesKey(authentication)),
        transactionIdentifier: try hex(identifier), counter: counter)
}

/// Whether two three-key keys encrypt alike: keys do not show their bytes.
func encryptAlike(_ left: ThreeKeyDESKey, _ right: ThreeKeyDESKey) -> Bool {
    let block: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    return TripleDES(key: left).encrypt(block: block) == TripleDES(key: right).encrypt(block: block)
}
