/// How a reader wants MIFARE value commands (increment, decrement, restore, transfer) to be written.
///
/// PC/SC Part 3 leaves them to the vendors, and the vendors' commands collide: what ACS calls a value operation
/// (`FFD7`) overwrites a whole sector on an Identiv 4701F. So a dialect is spoken only to a reader that
/// ``ReaderQuirks`` knows by name; any other reader has none.
package enum ValueDialect: String, Sendable, CaseIterable {
    /// ACS: `FFD7`, values most significant byte first (ACR1255U-J1 manual p. 57, ACR122T manual p. 20).
    case acs
    /// Identiv uTrust 3720F and 3721F: `FFF0`, least significant byte first (manual p. 38).
    case identiv3720
    /// Identiv uTrust 4701F and 4711F: data objects in `FFC20003`, least significant byte first (manual pp. 34-35).
    case identiv4701
    /// HID OMNIKEY 5x22: `FFD4` and `FFD8`, least significant byte first (HID developer guide).
    case omnikey5022
    /// HID OMNIKEY 5023: data objects in `FFC20003` (HID developer guide).
    case omnikey5023
    /// A PN532 behind `FF000000`, as in the ACR122, for which no reader is entered: ``acs`` serves it too.
    case pn532
}
