import Payments
import Testing

@Suite("Amount")
struct AmountTests {
    @Test(
        "yuan text with at most two decimals is read to the fen",
        arguments: [("12", 1200), ("12.5", 1250), ("12.50", 1250), ("0.01", 1), ("0", 0), ("1000000.00", 100_000_000)])
    func reads(text: String, fen: Int64) { #expect(Amount(yuan: text) == Amount(fen: fen)) }

    @Test(
        "anything else is refused",
        arguments: [
            "", ".", "1.", ".5", "1.234", "-1", "+1", "1,50", "1e3", "１２", "12 ", " 12", "0x10", "1000000.01",
            "99999999999999999999", "1.-5", "12.٣٠",
        ])
    func refuses(text: String) { #expect(Amount(yuan: text) == nil) }

    @Test("text has two decimals and the sign in front", arguments: [(1250, "12.50"), (-5, "-0.05"), (0, "0.00")])
    func writes(fen: Int64, text: String) { #expect(Amount(fen: fen).yuanText == text) }

    @Test("the smallest amount prints without overflow")
    func smallest() { #expect(Amount(fen: .min).yuanText == "-92233720368547758.08") }

    @Test("overflow stops the process rather than wrapping money")
    func overflow() async {
        await #expect(processExitsWith: .failure) { _ = Amount(fen: .max) + Amount(fen: 1) }
    }
}
