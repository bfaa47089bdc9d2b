import TestSupport
import Testing
import Uplink

@Suite("Values of the uplink")
struct UplinkValueTests {
    @Test("waits double with jitter up to the cap, and start over after a success")
    func backoff() {
        var random = SeededGenerator(seed: 1)
        let backoff = Backoff(initial: .seconds(1), maximum: .seconds(10))
        for (failures, ceiling) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (6, 10), (1_000_000, 10)] {
            let wait = backoff.delay(after: failures, using: &random)
            #expect(wait >= .milliseconds(ceiling * 50) && wait <= .seconds(ceiling), "\(wait)")
        }
        #expect(backoff.delay(after: 1, using: &random) <= .seconds(1))
    }

    @Test("terminals that fail together do not come back together")
    func jitter() {
        var random = SeededGenerator(seed: 2)
        let waits = (0..<50).map { _ in
            let backoff = Backoff()
            return backoff.delay(after: 1, using: &random)
        }
        #expect(Set(waits).count > 45)
    }

    @Test("a wait is never nothing, whatever the settings")
    func degenerate() {
        var random = SeededGenerator(seed: 3)
        let backoff = Backoff(initial: .zero, maximum: .milliseconds(2))
        for _ in 0..<100 {
            let wait = backoff.delay(after: 1, using: &random)
            #expect(wait > .zero && wait <= .milliseconds(2))
        }
    }

    @Test(
        "an address needs a scheme and a host and carries nothing else",
        arguments: [
            "", "hub.example.edu", "ftp://hub", "http://", "https:///v1", "http://:80", "http://user:word@hub",
            "http://hub?x=1", "http://hub#x", "http://h ub", "http://hub\n",
        ])
    func badAddress(text: String) {
        #expect(HubAddress(text: text) == nil)
    }

    @Test("a slash at the end of an address does not count")
    func address() {
        #expect(HubAddress(text: "https://hub.example.edu:8443/campus/")?.text == "https://hub.example.edu:8443/campus")
        #expect(HubAddress(text: "http://[::1]:80")?.text == "http://[::1]:80")
    }

    @Test(
        "a secret is 16 to 64 bytes of hexadecimal digits",
        arguments: [
            ("", false), ("0011", false), (String(repeating: "0", count: 31), false),
            (String(repeating: "0", count: 32), true),
            (String(repeating: "g", count: 32), false), (String(repeating: "aB", count: 64), true),
            (String(repeating: "aB", count: 65), false),
        ])
    func secret(text: String, valid: Bool) {
        #expect((TerminalSecret(hex: text) != nil) == valid)
    }
}
