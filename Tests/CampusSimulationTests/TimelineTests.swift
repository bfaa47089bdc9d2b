import CampusSimulation
import Synchronization
import Testing

@Suite("Virtual time", .timeLimit(.minutes(15))) @SimulationActor struct TimelineTests {
    private let timeline = Timeline()
    private let log = Log()

    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private func note(_ text: String) { log.add("\(timeline.now.components.seconds) \(text)") }

    @Test("things happen in the order of their times, and of scheduling where the times are equal")
    func order() async {
        for (seconds, name) in [(5, "c"), (1, "a"), (5, "d"), (3, "b")] {
            timeline.schedule(at: .seconds(seconds)) { note(name) }
        }
        await timeline.run(until: .seconds(10))
        #expect(log.all == ["1 a", "3 b", "5 c", "5 d"])
        #expect(timeline.now == .seconds(10))
    }

    @Test("an activity that pauses lets others run, and goes on at its time")
    func interleaved() async {
        timeline.schedule(at: .zero) {
            note("first")
            await timeline.pause(.seconds(4))
            note("first again")
        }
        timeline.schedule(at: .seconds(2)) { note("second") }
        await timeline.run(until: .seconds(10))
        #expect(log.all == ["0 first", "2 second", "4 first again"])
    }

    @Test("a bell ends a rest early, and rings for nobody are kept as one")
    func bell() async {
        let bell = Timeline.Bell()
        timeline.ring(bell)
        timeline.ring(bell)
        timeline.schedule(at: .zero) {
            await timeline.rest(bell, atMost: .seconds(60))
            note("at once")
            await timeline.rest(bell, atMost: .seconds(60))
            note("woken")
            await timeline.rest(bell, atMost: .seconds(60))
            note("rested")
        }
        timeline.schedule(at: .seconds(5)) { timeline.ring(bell) }
        await timeline.run(until: .seconds(200))
        #expect(log.all == ["0 at once", "5 woken", "65 rested"])
    }

    @Test("nothing that is due later happens")
    func until() async {
        timeline.schedule(at: .seconds(11)) { note("late") }
        await timeline.run(until: .seconds(10))
        #expect(log.all.isEmpty)
        #expect(timeline.nextTime == .seconds(11))
    }
}
