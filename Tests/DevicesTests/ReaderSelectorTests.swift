import Devices
import SmartCards
import Testing

@Suite struct ReaderSelectorTests {
    private let contactless = "ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] (RR1) 00 00"
    private let module = "ACS ACR1252 Dual Reader [ACR1252 Dual Reader SAM] (RR1) 01 00"
    private let identity = ReaderIdentity(serialNumber: "RR1", port: "1-1.2")

    @Test(
        "the text form is kept",
        arguments: [
            "Virtual PCD 00 00", "ACS ACR1252*PICC*", "*", "serial:ABC123", "serial:ABC123 *PICC*", "port:1-1.2",
            "port:2-1", "port:1-1.2 *PICC*", "Reader: model 3", "ports:1-1",
        ])
    func text(_ text: String) throws {
        #expect(try #require(ReaderSelector(text)).description == text)
    }

    @Test(
        "a text that names nothing is refused",
        arguments: [
            "", "serial:", "serial: *PICC*", "serial:A ", "port:", "port:1", "port:1-", "port:-1", "port:1-1.",
            "port:1-a",
            "port:0-1", "port:1-1..2", "port:1-256", "port:usb1",
        ])
    func refused(_ text: String) {
        #expect(ReaderSelector(text) == nil)
    }

    @Test(
        "a selector fits the reader that it means",
        arguments: ["ACS ACR1252*PICC*", "serial:RR1", "serial:RR1 *PICC*", "port:1-1.2", "port:1-1.2 *00 00"])
    func fits(_ text: String) throws {
        #expect(try #require(ReaderSelector(text)).matches(contactless, identity))
    }

    @Test(
        "a selector does not fit another reader",
        arguments: ["serial:RR", "serial:rr1", "port:1-1", "port:1-1.3", "serial:RR1 *SAM*", "ACS ACR122U*"])
    func doesNotFit(_ text: String) throws {
        #expect(try !#require(ReaderSelector(text)).matches(contactless, identity))
    }

    @Test("a reader about which nothing is known fits no serial number and no port")
    func nothingKnown() throws {
        let nothing = ReaderIdentity(serialNumber: nil, port: nil)
        for text in ["serial:RR1", "port:1-1.2"] {
            #expect(try !#require(ReaderSelector(text)).matches(contactless, nothing))
        }
    }

    @Test("a device alone never means the slot of its secure module; with the slot's name it does")
    func secureModule() throws {
        for text in ["serial:RR1", "port:1-1.2"] {
            #expect(try !#require(ReaderSelector(text)).matches(module, identity))
            #expect(try #require(ReaderSelector(text + " *SAM*")).matches(module, identity))
        }
    }

    @Test(
        "the serial number that the driver puts into the name is found",
        arguments: [
            ("Gemalto PC Twin Reader (70D7E2EE) 00 00", "70D7E2EE"),
            ("ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] (RR123-4) 00 00", "RR123-4"),
            ("Virtual PCD 00 00", nil), ("HID OMNIKEY 5427 CK 00 00", nil), ("Reader (rev 2) () 00 00", nil),
            ("(A)", nil), ("", nil),
        ])
    func serialInName(name: String, serial: String?) {
        #expect(ReaderIdentity(readerName: name).serialNumber == serial)
    }
}
