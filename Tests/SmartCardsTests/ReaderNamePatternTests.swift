import SmartCards
import Testing

@Suite struct ReaderNamePatternTests {
    @Test(
        "a pattern fits the names that it means",
        arguments: [
            ("Virtual PCD 00 00", "Virtual PCD 00 00"),
            ("Virtual PCD*", "Virtual PCD 00 00"),
            ("*PICC*", "ACS ACR1252 1S CL Reader [ACR1252 Dual Reader PICC] 00 00"),
            ("ACS ACR1252*PICC*", "ACS ACR1252 1S CL Reader [ACR1252 Dual Reader PICC] 00 00"),
            ("*00 01", "Virtual PCD 00 01"),
            ("*", ""),
            ("a*b*b", "abb"),
            ("读卡器*", "读卡器 00 00"),
        ])
    func fits(pattern: String, name: String) {
        #expect(ReaderNamePattern(pattern).matches(name))
    }

    @Test(
        "a pattern does not fit other names",
        arguments: [
            ("Virtual PCD 00 00", "Virtual PCD 00 01"),
            ("Virtual PCD", "Virtual PCD 00 00"),
            ("virtual*", "Virtual PCD 00 00"),
            ("ACS*SAM*", "ACS ACR1252 1S CL Reader [ACR1252 Dual Reader PICC] 00 00"),
            ("ab*ba", "aba"),
            ("a*b*b", "ab"),
            ("", "Virtual PCD 00 00"),
        ])
    func doesNotFit(pattern: String, name: String) {
        #expect(!ReaderNamePattern(pattern).matches(name))
    }
}
