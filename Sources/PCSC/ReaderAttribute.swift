import CPCSC

/// Something that a reader's driver tells about the reader (PC/SC Part 3, "IFD attributes").
package struct ReaderAttribute: Sendable {
    let number: DWORD

    /// The reader's serial number: text, ended by a zero.
    package static let vendorSerialNumber = ReaderAttribute(number: pcsc_attribute_vendor_serial_number)
    /// How the reader is attached: four bytes in the machine's order, 0xDDDDCCCC. For USB DDDD is 0x0020, and libccid
    /// and acsccid put the bus number into the upper and the device address into the lower byte of CCCC.
    package static let channel = ReaderAttribute(number: pcsc_attribute_channel_id)
}
