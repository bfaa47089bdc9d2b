/// What can be fuzzed. The fuzzer (`scripts/fuzz`) and the tests feed the same entries, so that an input that once
/// broke something is replayed with every test run.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case cardAnswers
    case pursePurchase
    case tornPurchase
    case load
    case cardRecovery
    case evidence
    case cardProbe
    case cardExamination
    case desfireExchange
    case desfireSession
    case desfireDebit
    case mifareClassic
    case secureModule
    case paymentCode
    case codeClassifier
    case scanFramer
    case hubMessages
    case configuration
    case transcript

    /// Feeds `input` to the target. Returns, or ends the process with what was broken: an invariant of the code or one
    /// of this target's own.
    package func run(_ input: [UInt8]) {
        switch self {
        case .cardAnswers: CardAnswersTarget.run(input)
        case .pursePurchase: PursePurchaseTarget.run(input)
        case .tornPurchase: TornPurchaseTarget.run(input)
        case .load: LoadTarget.run(input)
        case .cardRecovery: CardRecoveryTarget.run(input)
        case .evidence: EvidenceTarget.run(input)
        case .cardProbe: CardProbeTarget.run(input)
        case .cardExamination: CardExaminationTarget.run(input)
        case .desfireExchange: DESFireExchangeTarget.run(input)
        case .desfireSession: DESFireSessionTarget.run(input)
        case .desfireDebit: DESFireDebitTarget.run(input)
        case .mifareClassic: MIFAREClassicTarget.run(input)
        case .secureModule: SecureModuleTarget.run(input)
        case .paymentCode: PaymentCodeTarget.run(input)
        case .codeClassifier: CodeClassifierTarget.run(input)
        case .scanFramer: ScanFramerTarget.run(input)
        case .hubMessages: HubMessagesTarget.run(input)
        case .configuration: ConfigurationTarget.run(input)
        case .transcript: TranscriptTarget.run(input)
        }
    }
}
