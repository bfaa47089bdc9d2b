import Payments
import Terminal
import TestSupport
import Testing

@Suite("Elapsed time without the hub (promise 6)")
struct OfflineClockTests {
    private let noon = UnixTime(seconds: 1_788_235_200)
    private let first = BootID("first")

    private func later(_ seconds: Int64) -> UnixTime { noon.advanced(by: .seconds(seconds)) }

    /// A clock of this boot that heard the hub at noon, when the machine had been up for 100 s.
    private func heard() -> OfflineClock {
        var clock = OfflineClock(boot: first)
        clock.noteContact(hubTime: noon, uptime: .seconds(100))
        return clock
    }

    @Test(
        "after a contact no jump of the wall clock changes anything",
        arguments: [-86_400, -1, 0, 1, 86_400, 90_000_000])
    func jumps(seconds: Int64) {
        var clock = heard()
        let point = clock.read(wallTime: later(seconds), uptime: .seconds(160))
        #expect(point == ClockPoint(boot: first, uptime: .seconds(160), time: later(60), isTrusted: true))
    }

    @Test(
        "a restart of the program goes on where it stopped, whatever the wall clock says",
        arguments: [-86_400, 0, 86_400])
    func restart(seconds: Int64) {
        var clock = heard()
        let stored = clock.read(wallTime: noon, uptime: .seconds(150))
        var restarted = OfflineClock(boot: first)
        restarted.resume(from: stored, newest: noon)
        let point = restarted.read(wallTime: later(seconds), uptime: .seconds(3700))
        #expect(point.time == later(3600))
        #expect(point.isTrusted)
    }

    @Test("after a reboot a wall clock that is not behind is believed, once")
    func rebootForward() {
        var clock = heard()
        let stored = clock.read(wallTime: noon, uptime: .seconds(150))
        var rebooted = OfflineClock(boot: BootID("second"))
        rebooted.resume(from: stored, newest: nil)
        #expect(rebooted.read(wallTime: later(7200), uptime: .seconds(20)).time == later(7200))
        // Set back afterwards: nothing happens.
        let point = rebooted.read(wallTime: noon, uptime: .seconds(30))
        #expect(point.time == later(7210))
        #expect(point.isTrusted)
    }

    @Test("after a reboot a wall clock that is behind is not trusted until it is put right")
    func rebootBack() {
        var clock = heard()
        let stored = clock.read(wallTime: noon, uptime: .seconds(3700))
        var rebooted = OfflineClock(boot: BootID("second"))
        rebooted.resume(from: stored, newest: nil)
        let point = rebooted.read(wallTime: later(3540), uptime: .seconds(20))
        #expect(!point.isTrusted)
        #expect(point.time == later(3620))
        // Not by a restart of the program either.
        var restarted = OfflineClock(boot: BootID("second"))
        restarted.resume(from: point, newest: nil)
        #expect(!restarted.read(wallTime: later(3560), uptime: .seconds(40)).isTrusted)
        #expect(restarted.read(wallTime: later(4000), uptime: .seconds(60)).isTrusted)
        #expect(restarted.read(wallTime: noon, uptime: .seconds(61)).time == later(4001))
    }

    @Test("the hub's word ends distrust")
    func contact() {
        var clock = OfflineClock(boot: first)
        clock.resume(from: nil, newest: later(3600))
        #expect(!clock.read(wallTime: noon, uptime: .seconds(10)).isTrusted)
        clock.noteContact(hubTime: later(1800), uptime: .seconds(11))
        #expect(clock.read(wallTime: noon, uptime: .seconds(12)).isTrusted)
        #expect(clock.read(wallTime: noon, uptime: .seconds(12)).time == later(1801))
    }

    @Test("a clock chip that is behind by seconds is good enough, and time does not go back for it")
    func drift() {
        var clock = OfflineClock(boot: first)
        clock.resume(from: nil, newest: noon)
        let point = clock.read(wallTime: later(-5), uptime: .seconds(20))
        #expect(point.isTrusted)
        #expect(point.time == later(20))
    }

    @Test("without a boot's name every start counts as a reboot")
    func unnamed() {
        var clock = OfflineClock(boot: .unnamed)
        clock.noteContact(hubTime: noon, uptime: .seconds(100))
        let stored = clock.read(wallTime: noon, uptime: .seconds(100))
        var restarted = OfflineClock(boot: .unnamed)
        restarted.resume(from: stored, newest: nil)
        #expect(!restarted.read(wallTime: later(-3600), uptime: .seconds(20)).isTrusted)
    }

    @Test(
        "no order of jumps, restarts and reboots makes trusted time pass slower than the boot clocks",
        arguments: 0..<300)
    func adversary(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var (boot, uptime, wall) = (0, Duration.seconds(100), noon)
        var clock = heard()
        var running = Duration.zero
        var stored = clock.read(wallTime: wall, uptime: uptime)
        /// Running time that no stored point has seen: lost when the power goes.
        var unstored = Duration.zero
        for _ in 0..<60 {
            let pause = Duration.seconds(Int64.random(in: 0...600, using: &generator))
            uptime += pause
            unstored += pause
            wall = wall.advanced(by: pause)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: wall = wall.advanced(by: .seconds(Int64.random(in: -90_000...90_000, using: &generator)))
            case 1:
                clock = OfflineClock(boot: BootID("boot \(boot)"))
                clock.resume(from: stored, newest: nil)
            case 2:
                boot += 1
                (uptime, unstored) = (.seconds(Int64.random(in: 1...60, using: &generator)), .zero)
                clock = OfflineClock(boot: BootID("boot \(boot)"))
                clock.resume(from: stored, newest: nil)
            default: break
            }
            let point = clock.read(wallTime: wall, uptime: uptime)
            if point.isTrusted {
                stored = point
                running += unstored
                unstored = .zero
                #expect(point.time.since(noon) >= running)
            } else {
                #expect(point.time >= stored.time)
                stored = point
                running += unstored
                unstored = .zero
            }
        }
    }
}
