import Payments
import Simulation
import Terminal
import Testing

@Suite("Trusted clock") struct TrustedClockTests {
    private let noon = UnixTime(seconds: 1_788_235_200)

    @Test("before the first contact it is the wall clock, jumps included")
    func before() {
        let manual = ManualClock(wallTime: noon)
        let clock = TrustedClock(clock: manual)
        #expect(clock.now() == noon)
        manual.setWallTime(noon.advanced(by: .seconds(-3600)))
        #expect(clock.now() == noon.advanced(by: .seconds(-3600)))
        #expect(clock.wallClockOffset() == .zero)
    }

    @Test("after a contact it is the hub's time carried by the boot clock, whatever the wall clock does")
    func after() {
        let manual = ManualClock(wallTime: noon.advanced(by: .seconds(500)))
        let clock = TrustedClock(clock: manual)
        clock.noteContact(hubTime: noon)
        #expect(clock.now() == noon)
        #expect(clock.wallClockOffset() == .seconds(500))
        manual.advance(by: .seconds(60))
        manual.setWallTime(UnixTime(seconds: 0))
        #expect(clock.now() == noon.advanced(by: .seconds(60)))
        manual.setWallTime(noon.advanced(by: .seconds(86_400)))
        #expect(clock.now() == noon.advanced(by: .seconds(60)))
    }

    @Test("a later contact corrects it")
    func corrected() {
        let manual = ManualClock(wallTime: noon)
        let clock = TrustedClock(clock: manual)
        clock.noteContact(hubTime: noon)
        manual.advance(by: .seconds(10))
        clock.noteContact(hubTime: noon.advanced(by: .seconds(9)))
        #expect(clock.now() == noon.advanced(by: .seconds(9)))
    }
}
