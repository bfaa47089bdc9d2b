/// The historical bytes as the reader gives them: which chip and operating system it may be.
struct HistoricalBytesExamination: ExaminationSubject {
    private static let command = CommandAPDU(0xFF, 0xCA, 0x01, 0x00, expectedLength: 256)

    private var isAsked = false
    private var bytes: [UInt8] = []

    mutating func nextCommand() -> CommandAPDU? {
        defer { isAsked = true }
        return isAsked ? nil : Self.command
    }

    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>) {
        if case .success(let answer) = answer, answer.status == .success { bytes = answer.data }
    }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        guard !bytes.isEmpty else { return }
        let hidden = Self.hidden(historical: bytes, setting)
        let shown = setting.masked(bytes, hiding: hidden)
        report.add(ExaminationText("historical bytes", "历史字节"), ExaminationText(shown, shown))
    }

    /// Which bytes of an answer to reset are not shown.
    static func hidden(_ answer: AnswerToReset, _ setting: ExaminationSetting) -> [Bool] {
        let range = answer.historicalRange
        let inside = hidden(historical: answer.historicalBytes, setting)
        return answer.bytes.indices.map { range.contains($0) && inside[$0 - range.lowerBound] }
    }

    /// Many purse cards end their historical bytes with the serial number of the chip, so that the last eight of a long
    /// run are hidden, and private bytes anywhere. What a reader makes up for a storage card is the same for all.
    private static func hidden(historical bytes: [UInt8], _ setting: ExaminationSetting) -> [Bool] {
        guard StorageCard(historicalBytes: bytes) == nil else { return bytes.map { _ in false } }
        let isPrivate = setting.hidden(bytes)
        return bytes.indices.map { isPrivate[$0] || bytes.count > 8 && $0 >= bytes.count - 8 }
    }
}
