import Payments

/// The payment environment and its directory: which applications the card itself names.
struct PaymentDirectoryExamination: ExaminationSubject {
    private enum Step {
        case select
        case record(UInt8)
        case done
    }

    /// `1PAY.SYS.DDF01`.
    private static let name = Array("1PAY.SYS.DDF01".utf8)
    /// Records of a directory that are read at most; cards in the field have one or two.
    private static let recordMaximum: UInt8 = 10

    private var step = Step.select
    private var directoryFile: UInt8 = 0
    private var isThere = false
    private var entries: [(application: [UInt8], label: String)] = []

    mutating func nextCommand() -> CommandAPDU? {
        switch step {
        case .select: GeneralCommand.select(name: Self.name)
        case .record(let number): GeneralCommand.readRecord(number, shortFile: directoryFile, count: 256)
        case .done: nil
        }
    }

    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>) {
        guard case .success(let answer) = answer, answer.status == .success else {
            step = .done
            return
        }
        switch step {
        case .select: selected(answer)
        case .record(let number):
            read(answer.data)
            step = number < Self.recordMaximum ? .record(number + 1) : .done
        case .done: fatalError("the directory got an answer that it did not ask for")
        }
    }

    private mutating func selected(_ answer: ResponseAPDU) {
        isThere = true
        step = .done
        let control: FileControlInformation
        do throws(CardDataError) { control = try FileControlInformation(decoding: answer.data) } catch { return }
        guard let file = control.directoryFile, (1...30).contains(file) else { return }
        directoryFile = file
        step = .record(1)
    }

    /// One record: templates 61 with an application (4F) and its label (50).
    private mutating func read(_ record: [UInt8]) {
        let elements: [DataElement]
        do throws(CardDataError) { elements = try DataElement.readAll(record) } catch { return }
        for template in elements where template.tag == 0x61 {
            guard let application = template.child(0x4F)?.value, (1...16).contains(application.count) else { continue }
            let label = template.child(0x50)?.value ?? []
            let isPrintable = label.count <= 16 && label.allSatisfy { (0x20...0x7E).contains($0) }
            entries.append((application, isPrintable ? String(decoding: label, as: UTF8.self) : ""))
        }
    }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        guard isThere else { return }
        let names = entries.map { entry in
            Hex.encode(entry.application) + (entry.label.isEmpty ? "" : " (\(entry.label))")
        }
        let list = names.isEmpty ? "–" : names.joined(separator: ", ")
        report.add(ExaminationText("directory", "应用目录"), ExaminationText(list, list))
    }
}
