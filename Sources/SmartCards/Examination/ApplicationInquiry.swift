import Payments

/// Selects one application and reads its public information, as a lane would, and no further.
struct ApplicationInquiry: Sendable {
    /// What became of it.
    enum Result: Sendable {
        case notAsked
        case absent(StatusWord)
        case locked(StatusWord)
        /// The application is there. The information is `nil` when the card gives none, and the status says why.
        case found(PublicInformation?, StatusWord)
        case malformed(CardDataError)
    }

    private enum Step {
        case masterFile
        case application
        case publicInformation
        case done
    }

    let application: PurseProfile.Application
    private(set) var result = Result.notAsked
    private var step: Step

    init(_ application: PurseProfile.Application) {
        self.application = application
        // A file is found from where the card stands, so an earlier question must be undone; a name is found anywhere.
        step = if case .file = application { .masterFile } else { .application }
    }

    mutating func nextCommand() -> CommandAPDU? {
        switch step {
        case .masterFile: GeneralCommand.select(file: 0x3F00)
        case .application:
            switch application {
            case .name(let name): GeneralCommand.select(name: name)
            case .file(let file): GeneralCommand.select(file: file)
            }
        case .publicInformation: PurseCommand.readPublicInformation
        case .done: nil
        }
    }

    mutating func take(_ answer: Swift.Result<ResponseAPDU, CardDataError>) {
        switch (step, answer) {
        // Cards without a master file are asked all the same.
        case (.masterFile, _): step = .application
        case (_, .failure(let error)): finish(.malformed(error))
        case (.application, .success(let answer)): selected(answer)
        case (.publicInformation, .success(let answer)): read(answer)
        case (.done, _): fatalError("an inquiry got an answer that it did not ask for")
        }
    }

    private mutating func selected(_ answer: ResponseAPDU) {
        guard answer.status == .success else {
            return finish(answer.status.meansLocked ? .locked(answer.status) : .absent(answer.status))
        }
        do throws(CardDataError) {
            let control = try FileControlInformation(decoding: answer.data)
            if let information = control.publicInformation {
                finish(.found(information, .success))
            } else {
                step = .publicInformation
            }
        } catch {
            finish(.malformed(error))
        }
    }

    private mutating func read(_ answer: ResponseAPDU) {
        guard answer.status == .success else { return finish(.found(nil, answer.status)) }
        do throws(CardDataError) {
            finish(.found(try PublicInformation(decoding: answer.data), .success))
        } catch {
            finish(.malformed(error))
        }
    }

    private mutating func finish(_ result: Result) {
        self.result = result
        step = .done
    }

    /// Runs of the card's number that must not be shown.
    var privateBytes: [[UInt8]] {
        guard case .found(let information?, _) = result else { return [] }
        return [information.applicationSerial, Array(information.applicationSerial.suffix(8))]
    }
}

extension PurseProfile.Application {
    /// `A00000000386980701`, or `file 3F01`.
    var name: String {
        switch self {
        case .name(let bytes): Hex.encode(bytes)
        case .file(let file): "file \(Hex.encode(file.bigEndianBytes(count: 2)))"
        }
    }

    /// As the configuration writes it.
    var configurationText: String {
        switch self {
        case .name(let bytes): Hex.encode(bytes)
        case .file(let file): Hex.encode(file.bigEndianBytes(count: 2))
        }
    }
}

extension PublicInformation {
    /// Number masked, issuer, type, version and days of validity.
    var examinationText: ExaminationText {
        ExaminationText(
            "\(card), issuer \(Hex.encode(issuer)), type \(Hex.encode([applicationType])), version "
                + "\(Hex.encode([applicationVersion])), valid \(validFrom) to \(validThrough)",
            "卡号末四位 \(card.lastFour)，发卡方 \(Hex.encode(issuer))，类型 \(Hex.encode([applicationType]))，版本 "
                + "\(Hex.encode([applicationVersion]))，有效期 \(validFrom) 至 \(validThrough)")
    }
}
