import Devices
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

/// One suite for every card reader; the twin that the other tests rely on passes it too.
@Suite struct SimulatedCardReaderConformanceTests {
    @Test("the simulated reader keeps the promises of the port")
    func simulated() async throws {
        let reader = SimulatedCardReader(name: "reader")
        try await checkCardReader(
            CardReaderBench(reader: reader) { card, leavingAfter in
                let faults = leavingAfter.map { [SimulatedReaderFault(at: $0, .leaveAfterHandling)] } ?? []
                reader.insert(Recorded(card: card), faults: faults)
            } remove: {
                reader.remove()
            })
        #expect(reader.signals == [.accepted, .refused, .presentAgain, .idle, .accepted])
    }
}

extension RealService {
    @Suite(.serialized) struct CardReaderConformanceTests {
        @Test("the reader behind the real service keeps the promises of the port", arguments: ["none", "lights"])
        func real(_ model: String) async throws {
            let pcscd = try await SharedPcscd.running()
            let monitor = PCSCReaderMonitor()
            let reader = PCSCCardReader(
                name: "lane1", matching: .named(ReaderNamePattern(PcscdInstance.readerNames[0])), monitor: monitor
            ) { _ in
                model == "none" ? .unknown : ReaderQuirks("lights", names: "*", feedback: .acr122)
            }
            let peer = Mutex<VirtualCardPeer?>(nil)
            try await checkCardReader(
                CardReaderBench(reader: reader) { card, leavingAfter in
                    let faults = leavingAfter.map { [VirtualCardFault(at: $0, .leaveAfterHandling)] } ?? []
                    let new = VirtualCardPeer(card: Recorded(card: card), port: pcscd.port, faults: faults)
                    peer.withLock { $0 = new }
                    try await new.insert()
                } remove: {
                    await peer.withLock { $0 }?.remove()
                })
            await monitor.close()
        }
    }
}

/// The conformance suite's card as a virtual one.
private struct Recorded: VirtualCard {
    let card: RecordingCard

    var answerToReset: [UInt8] { TestCard.answerToReset }
    func powerOn() { card.activate() }
    func reset() { card.activate() }
    func transmit(_ command: [UInt8]) -> [UInt8] { card.answer(to: command) }
}
