import ControlProtocol
import Hummingbird
import Payments
import SmartCards
import Terminal

/// The paths for looking at cards.
struct InspectionRoutes {
    let core: TerminalCore

    /// Longest time that a request waits for a card, seconds. A caller that wants more asks again.
    private static let waitLimit = 25

    func add(to group: RouterGroup<BasicRequestContext>) {
        group.post("/lanes/{lane}/examination") { request, context in try await examine(request, context) }
        group.put("/lanes/{lane}/recording") { _, context in try await record(context) }
        group.get("/lanes/{lane}/recording") { request, context in try await recorded(request, context) }
        group.delete("/lanes/{lane}/recording") { _, context in try await endRecording(context) }
    }

    private func examine(_ request: Request, _ context: BasicRequestContext) async throws -> ExaminationMessage {
        let lane = try lane(context)
        await lane.cardPresented(waitingAtMost: try wait(request))
        let (report, transcript) = try await core.inspection.examine(lane)
        return ExaminationMessage(report, lane: lane.id, transcript: transcript)
    }

    private func record(_ context: BasicRequestContext) async throws -> RecordingMessage {
        let lane = try lane(context)
        try await lane.recordNextTap()
        return RecordingMessage(lane: lane.id, transcript: nil)
    }

    private func recorded(_ request: Request, _ context: BasicRequestContext) async throws -> RecordingMessage {
        let lane = try lane(context)
        let tap = await lane.recordedTap(waitingAtMost: try wait(request))
        return RecordingMessage(
            lane: lane.id,
            transcript: tap.map { core.inspection.transcript($0).text(remarks: CardTranscript.recordedRemarks) })
    }

    private func endRecording(_ context: BasicRequestContext) async throws -> RecordingMessage {
        let lane = try lane(context)
        await lane.endRecording()
        return RecordingMessage(lane: lane.id, transcript: nil)
    }

    private func lane(_ context: BasicRequestContext) throws -> Lane {
        guard let id = LaneID(text: context.parameters.get("lane") ?? "") else { throw LaneRefusal(.laneUnknown) }
        return try core.lane(id)
    }

    private func wait(_ request: Request) throws -> Duration {
        guard let text = request.uri.queryParameters["wait"] else { return .zero }
        guard let seconds = Int64(text), (0...Int64(Self.waitLimit)).contains(seconds) else {
            throw LaneRefusal(.requestMalformed)
        }
        return .seconds(seconds)
    }
}

extension ExaminationMessage: ResponseEncodable {
    init(_ report: CardExaminationReport, lane: LaneID, transcript: CardTranscript) {
        self.init(
            lane: lane, complete: report.isComplete,
            findings: report.findings.map { Finding(subject: Text($0.subject), text: Text($0.text)) },
            verdicts: report.verdicts.map {
                Verdict(profile: $0.profile, fit: $0.fit.rawValue, reason: Text($0.reason))
            },
            profile: report.decisive?.profile, conclusion: Text(report.conclusion),
            transcript: transcript.text(remarks: CardTranscript.recordedRemarks))
    }
}

extension ExaminationMessage.Text {
    init(_ text: ExaminationText) { self.init(english: text.english, chinese: text.chinese) }
}

extension RecordingMessage: ResponseEncodable {}
