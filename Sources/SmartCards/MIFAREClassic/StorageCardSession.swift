import Payments

/// Reads and writes single blocks of one card in the field, and puts LOAD KEY and AUTHENTICATE before an access where
/// the sector before was another one.
struct StorageCardSession: Sendable {
    /// What one access does.
    enum Access: Sendable {
        case read(MIFAREClassicBlock)
        /// Sixteen bytes.
        case write(MIFAREClassicBlock, [UInt8])

        var block: MIFAREClassicBlock {
            switch self {
            case .read(let block), .write(let block, _): block
            }
        }
    }

    /// What comes next.
    enum Step: Sendable {
        case transmit(CommandAPDU)
        /// The 16 bytes read; empty after a write.
        case done([UInt8])
        case failed(StorageCardFault)
    }

    private struct Opened: Sendable, Hashable {
        let sector: UInt8
        let key: MIFAREClassicKey
    }

    private struct Pending: Sendable {
        let access: Access
        let key: MIFAREClassicKey
        var stage: StorageCardStage
        var exchange: CardExchange
    }

    private let identifier: [UInt8]
    private let slot: StorageCardKeySlot
    private var loaded: [UInt8]?
    private var opened: Opened?
    private var pending: Pending?

    /// - Parameter identifier: the card's UID, from which keys are derived.
    init(identifier: [UInt8], slot: StorageCardKeySlot) {
        self.identifier = identifier
        self.slot = slot
    }

    /// Begins an access; the one before has ended.
    mutating func begin(_ access: Access, with key: MIFAREClassicKey) -> CommandAPDU {
        let sector = access.block.sector
        let bytes = key.bytes(identifier: identifier, sector: sector)
        if opened == Opened(sector: sector, key: key) { return send(access, key, access.stage, access.command) }
        if loaded == bytes { return authenticate(access, key) }
        return send(access, key, .loadKey, StorageCardCommand.loadKey(bytes, into: slot))
    }

    /// Takes the answer to the command sent last.
    mutating func receive(_ event: CardEvent) -> Step {
        guard var current = pending else { fatalError("a card event came without an access") }
        guard case .cardAnswered(let bytes) = event else { return fail(.communicationFailed, current) }
        switch current.exchange.receive(bytes) {
        case .transmit(let command):
            pending = current
            return .transmit(command)
        case .malformed(let error):
            // A card that leaves inside an exchange looks like an answer without a status word.
            return fail(error.code == .answerTooShort ? .communicationFailed : .malformed(error), current)
        case .complete(let answer): return answered(answer, current)
        }
    }

    private mutating func answered(_ answer: ResponseAPDU, _ current: Pending) -> Step {
        guard answer.status == .success else { return fail(.status(answer.status), current) }
        switch current.stage {
        case .loadKey:
            loaded = current.key.bytes(identifier: identifier, sector: current.access.block.sector)
            return .transmit(authenticate(current.access, current.key))
        case .authenticate:
            opened = Opened(sector: current.access.block.sector, key: current.key)
            return .transmit(send(current.access, current.key, current.access.stage, current.access.command))
        case .read:
            guard answer.data.count == MIFAREClassicBlock.length else {
                let error = CardDataError(.answerLength, detail: "block: \(answer.data.count) bytes instead of 16")
                return fail(.malformed(error), current)
            }
            pending = nil
            return .done(answer.data)
        case .write:
            pending = nil
            return .done([])
        }
    }

    private mutating func authenticate(_ access: Access, _ key: MIFAREClassicKey) -> CommandAPDU {
        // A second sector ends the access to the first, whether or not its key is right.
        opened = nil
        let command = StorageCardCommand.authenticate(block: access.block.number, as: key.kind, slot: slot)
        return send(access, key, .authenticate, command)
    }

    private mutating func send(
        _ access: Access, _ key: MIFAREClassicKey, _ stage: StorageCardStage, _ command: CommandAPDU
    ) -> CommandAPDU {
        pending = Pending(access: access, key: key, stage: stage, exchange: CardExchange(command))
        return command
    }

    private mutating func fail(_ cause: StorageCardFault.Cause, _ current: Pending) -> Step {
        pending = nil
        opened = nil
        return .failed(StorageCardFault(cause: cause, stage: current.stage, sector: current.access.block.sector))
    }
}

extension StorageCardSession.Access {
    fileprivate var stage: StorageCardStage {
        switch self {
        case .read: .read
        case .write: .write
        }
    }

    fileprivate var command: CommandAPDU {
        switch self {
        case .read(let block): StorageCardCommand.read(block: block.number)
        case .write(let block, let content): StorageCardCommand.update(block: block.number, with: content)
        }
    }
}
