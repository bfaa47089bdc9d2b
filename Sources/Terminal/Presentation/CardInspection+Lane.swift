import Payments
import SmartCards

extension Lane {
    /// Lends the reader while the lane is idle; orders are refused meanwhile (``LaneRefusal/Code/laneBusy``).
    ///
    /// - Parameter body: gets the reader and the answer to reset of the card in its field.
    /// - Throws: ``LaneRefusal`` when the lane is busy, ``CardReaderError`` without a reader or a card, and what `body`
    ///   throws.
    package func withReader<Value: Sendable>(
        _ body: @Sendable (any CardReader, [UInt8]) async throws -> Value
    ) async throws -> Value {
        guard let reader else { throw CardReaderError(.readerUnavailable, detail: "the lane has none") }
        guard canLendReader else { throw LaneRefusal(.laneBusy) }
        guard let answerToReset = inspection.cardInField else { throw CardReaderError(.noCard) }
        inspection.isLent = true
        defer { inspection.isLent = false }
        return try await body(reader, answerToReset)
    }

    /// Returns when a card lies in the field, or after `limit`.
    package func cardPresented(waitingAtMost limit: Duration) async {
        await wait(for: .cardCame, atMost: limit)
    }

    /// Records the tap of the next sale. A tap recorded before is forgotten.
    package func recordNextTap() throws(CardReaderError) {
        guard reader != nil else { throw CardReaderError(.readerUnavailable, detail: "the lane has none") }
        inspection.wantTap(true)
    }

    /// Ends what ``recordNextTap()`` began, and forgets what it recorded.
    package func endRecording() { inspection.wantTap(false) }

    /// The tap that was recorded, waiting for it at most `limit`; `nil` while there is none.
    package func recordedTap(waitingAtMost limit: Duration) async -> RecordedTap? {
        await wait(for: .tapRecorded, atMost: limit)
        return inspection.recordedTap
    }

    private func wait(for change: CardInspectionState.Change, atMost limit: Duration) async {
        guard !inspection.has(change), limit > .zero else { return }
        var timeout: Task<Void, Never>?
        await withCheckedContinuation { waiter in
            let number = inspection.addWaiter(for: change, waiter)
            timeout = Task {
                // Cancelled when it came first; then there is nobody left to release.
                try? await Task.sleep(for: limit)
                self.inspection.release(number)
            }
        }
        timeout?.cancel()
    }
}

extension CardReading {
    /// For a transcript: what came of the tap, nothing about the card.
    var transcriptText: String {
        switch self {
        case .identified(let evidence): "identified \(evidence.proof.rawValue)"
        case .decided(let concluded): concluded.decision.isApproved ? "purchased" : "declined"
        case .unknown: "unknown"
        case .undetermined: "undetermined"
        case .pinWanted(let request, _):
            "problem E\(CardRefusal(request.isRepeated ? .pinWrong : .pinMissing).number)"
        case .problem(let problem): "problem E\(problem.number)"
        case .fault(let error): "fault E\(error.number)"
        }
    }
}
