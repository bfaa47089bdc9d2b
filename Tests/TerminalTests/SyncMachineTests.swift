import HubProtocol
import Terminal
import Testing

@Suite("Sync machine")
struct SyncMachineTests {
    @Test("registers once, delivers until nothing is left, fetches until level, rests, starts over")
    func level() {
        var machine = SyncMachine()
        #expect(machine.receive(.awake) == .register)
        #expect(machine.receive(.registered) == .deliver)
        #expect(machine.receive(.delivered(pause: .zero)) == .deliver)
        #expect(machine.receive(.nothingUnsent) == .fetchChanges)
        #expect(machine.receive(.changesApplied(more: true)) == .fetchChanges)
        #expect(machine.receive(.changesApplied(more: false)) == .rest)
        #expect(machine.receive(.awake) == .deliver)
    }

    @Test("a ring during a flight starts no second flight")
    func singleFlight() {
        var machine = SyncMachine()
        _ = machine.receive(.awake)
        #expect(machine.receive(.awake) == .none)
        #expect(machine.receive(.registered) == .deliver)
        #expect(machine.receive(.awake) == .none)
    }

    @Test("failures in a row are counted, and a success starts the count again")
    func backOff() {
        var machine = SyncMachine()
        let failure = SyncFailure(HubError(.unreachable))
        _ = machine.receive(.awake)
        #expect(machine.receive(.failed(failure)) == .backOff(attempt: 1, atLeast: .zero))
        #expect(machine.receive(.awake) == .register)
        #expect(machine.receive(.failed(failure)) == .backOff(attempt: 2, atLeast: .zero))
        _ = machine.receive(.awake)
        _ = machine.receive(.registered)
        _ = machine.receive(.delivered(pause: .zero))
        #expect(machine.receive(.failed(failure)) == .backOff(attempt: 1, atLeast: .zero))
        #expect(machine.receive(.awake) == .deliver)
    }

    @Test("the peace that a hub asks for stands beside the count of failures")
    func retryAfter() {
        var machine = SyncMachine()
        let busy = SyncFailure(HubError(.refused(.hubFault, acknowledged: nil), retryAfter: .seconds(7)))
        _ = machine.receive(.awake)
        #expect(machine.receive(.failed(busy)) == .backOff(attempt: 1, atLeast: .seconds(7)))
        _ = machine.receive(.awake)
        #expect(machine.receive(.failed(busy)) == .backOff(attempt: 2, atLeast: .seconds(7)))
    }

    @Test("a hub that does not know the journal any more is told again")
    func registersAgain() {
        var machine = SyncMachine()
        _ = machine.receive(.awake)
        _ = machine.receive(.registered)
        let failure = SyncFailure(HubError(.refused(.journalUnknown, acknowledged: nil)))
        #expect(failure.isAlarm)
        _ = machine.receive(.failed(failure))
        #expect(machine.receive(.awake) == .register)
    }

    @Test("a pause that the hub wants comes between two batches, and a ring does not shorten it into two flights")
    func pacing() {
        var machine = SyncMachine()
        _ = machine.receive(.awake)
        _ = machine.receive(.registered)
        #expect(machine.receive(.delivered(pause: .seconds(2))) == .pause(.seconds(2)))
        #expect(machine.receive(.awake) == .deliver)
        #expect(machine.receive(.awake) == .none)
        #expect(machine.receive(.nothingUnsent) == .fetchChanges)
    }

    @Test("an answer to an older request, or one that came twice, moves nothing")
    func lateAnswers() {
        var machine = SyncMachine()
        _ = machine.receive(.awake)
        _ = machine.receive(.registered)
        for late in [.registered, .changesApplied(more: false), .changesApplied(more: true)] as [SyncMachine.Event] {
            #expect(machine.receive(late) == .none)
        }
        #expect(machine.receive(.nothingUnsent) == .fetchChanges)
        #expect(machine.receive(.nothingUnsent) == .none)
        #expect(machine.receive(.delivered(pause: .zero)) == .none)
        #expect(machine.receive(.changesApplied(more: false)) == .rest)
        #expect(machine.receive(.changesApplied(more: false)) == .none)
        #expect(machine.receive(.delivered(pause: .seconds(1))) == .none)
        #expect(machine.receive(.awake) == .deliver)
    }

    @Test(
        "two histories of one journal are an alarm, and the terminal asks whether they still are",
        arguments: [
            HubRefusal.journalForked, .terminalCloned, .contentChanged, .transactionReused,
        ])
    func contested(refusal: HubRefusal) {
        let failure = SyncFailure(HubError(.refused(refusal, acknowledged: nil)))
        #expect(failure.isAlarm)
        #expect(failure.needsRegistration)
        #expect(refusal.contestsJournal)
    }

    @Test("a broken chain is an alarm; a hub that is away is not")
    func alarms() {
        #expect(SyncFailure(HubError(.refused(.chainBroken, acknowledged: nil))).isAlarm)
        #expect(!SyncFailure(HubError(.timedOut)).isAlarm)
        #expect(!SyncFailure(HubError(.refused(.hubFault, acknowledged: nil))).isAlarm)
    }
}

@Suite("Wake signal")
struct WakeSignalTests {
    @Test(
        "a ring before the wait is kept, one of many, and a wait that was cut short loses none",
        .timeLimit(.minutes(15))
    )
    func rings() async {
        let signal = WakeSignal()
        signal.ring()
        signal.ring()
        await signal.wait(atMost: .seconds(600))
        await signal.wait(atMost: .zero)
        signal.ring()
        await signal.wait(atMost: .seconds(600))
        async let waiting: Void = signal.wait(atMost: .seconds(600))
        signal.ring()
        await waiting
    }
}
