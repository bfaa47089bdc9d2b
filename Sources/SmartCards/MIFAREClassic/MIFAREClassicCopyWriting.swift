import Payments

/// Writes one copy of a purse and reads it back: value block, then record block.
///
/// The copy is whole again only with the record block's write. Until then it is broken, and the other copy speaks.
struct MIFAREClassicCopyWriting: Sendable {
    /// What comes next.
    enum Step: Sendable {
        case transmit(CommandAPDU)
        /// Written, and found written.
        case done(StorageCardSession)
        /// The copy is not whole, and stays so.
        case notWritten(StorageCardFault)
        /// The write that makes the copy whole went out.
        case uncertain(StorageCardFault)
        case readBackDiffers
    }

    private enum Progress: Sendable {
        case writingValue
        case writingRecord
        case readingValue
        case readingRecord
    }

    private let copy: MIFAREClassicPurseBlocks.Copy
    private let value: [UInt8]
    private let record: [UInt8]
    private var session: StorageCardSession
    private var progress = Progress.writingValue

    init(
        _ state: MIFAREClassicPurseState, to copy: MIFAREClassicPurseBlocks.Copy, identifier: [UInt8],
        session: StorageCardSession
    ) {
        self.copy = copy
        self.session = session
        value = state.valueBlock.bytes
        record = state.recordBlock(identifier: identifier)
    }

    /// The first command.
    mutating func begin() -> CommandAPDU { session.begin(.write(copy.value, value), with: copy.key) }

    mutating func receive(_ event: CardEvent) -> Step {
        switch session.receive(event) {
        case .transmit(let command): return .transmit(command)
        case .done(let block): return proceed(block)
        case .failed(let fault):
            switch progress {
            case .writingValue: return .notWritten(fault)
            case .writingRecord: return fault.provesNothingWritten ? .notWritten(fault) : .uncertain(fault)
            case .readingValue, .readingRecord: return .uncertain(fault)
            }
        }
    }

    private mutating func proceed(_ block: [UInt8]) -> Step {
        switch progress {
        case .writingValue:
            progress = .writingRecord
            return .transmit(session.begin(.write(copy.record, record), with: copy.key))
        case .writingRecord:
            progress = .readingValue
            return .transmit(session.begin(.read(copy.value), with: copy.key))
        case .readingValue:
            guard block == value else { return .readBackDiffers }
            progress = .readingRecord
            return .transmit(session.begin(.read(copy.record), with: copy.key))
        case .readingRecord: return block == record ? .done(session) : .readBackDiffers
        }
    }
}
