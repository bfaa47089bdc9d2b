import Payments
import Simulation
import SmartCards
import Testing

@Suite("Commands under T=0 and T=1")
struct TransmissionProtocolTests {
    @Test(
        "T=1 is taken where a card offers it, first or not",
        arguments: [
            ("3B6C0002 1302863818435607 1E102B23", TransmissionProtocol.t0), ("3B04 50534144", .t0),
            ("3B00", .t0), ("3B8401 50534144 7B", .t1), ("3B80800101", .t1), ("3B80 801F00 1F", .t0),
            ("3B", .t1), ("", .t1), ("3BF0 11 22", .t1),
        ])
    func offered(answerToReset: String, expected: TransmissionProtocol) throws {
        #expect(TransmissionProtocol(offeredIn: try hex(answerToReset)) == expected)
    }

    @Test("with T=0 a command with data goes without Le, and everything else as it is")
    func form() throws {
        let initialize = "805001020B 01 00000001 001122334455"
        #expect(TransmissionProtocol.t0.bytes(of: try hex(initialize + "0F")) == (try hex(initialize)))
        #expect(TransmissionProtocol.t1.bytes(of: try hex(initialize + "0F")) == (try hex(initialize + "0F")))
        for other in [initialize, "805C000204", "00B095001E", "FFCA000000", "00840000", "", "0020000003123456"] {
            #expect(TransmissionProtocol.t0.bytes(of: try hex(other)) == (try hex(other)), "\(other)")
        }
        // Neither whole nor short: not ours to change.
        for broken in ["805001020B 01 00", "00A40000 00 0002 3F00"] {
            #expect(TransmissionProtocol.t0.bytes(of: try hex(broken)) == (try hex(broken)), "\(broken)")
        }
    }
}
