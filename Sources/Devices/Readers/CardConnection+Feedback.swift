import PCSC
import SmartCards
import Terminal

extension CardConnection {
    /// What became of a signal.
    enum Showing: Sendable {
        case shown
        /// A card is connected: nothing may come between its exchanges.
        case mustWait
        /// This reader, or its driver, does not do it.
        case notOffered
    }

    /// Sends commands to the lights and the buzzer, unless a card is connected.
    ///
    /// What the reader answers does not matter.
    mutating func show(
        _ commands: [[UInt8]], path: ReaderFeedback.Path, on readerName: String
    ) throws(CardReaderError) -> Showing {
        if isConnected { return .mustWait }
        switch path {
        case .pseudoAPDU:
            do throws(CardReaderError) {
                try withReader(readerName, share: .exclusive) { reader throws(PCSCError) in
                    for command in commands { try sendIgnoringAnswer(command, to: reader) }
                }
                return .shown
            } catch  where error.code == .noCard {
                return try escape(commands, to: readerName)
            }
        case .escape:
            return try escape(commands, to: readerName)
        }
    }

    /// Asks for the identifier of the card in the reader, unless one is connected: some readers notice only by that
    /// that it has left. A card that is gone is no error.
    mutating func askIdentifier(on readerName: String) throws(CardReaderError) {
        if isConnected { return }
        do throws(CardReaderError) {
            try withReader(readerName, share: .exclusive) { reader throws(PCSCError) in
                try sendIgnoringAnswer(Self.getIdentifier, to: reader)
            }
        } catch  where error.code.isAboutCard {
            return
        }
    }

    /// GET DATA for the identifier (PC/SC Part 3, 3.2.2.1.3); answered by the reader.
    private static let getIdentifier: [UInt8] = [0xFF, 0xCA, 0x00, 0x00, 0x00]

    private mutating func escape(_ commands: [[UInt8]], to readerName: String) throws(CardReaderError) -> Showing {
        do throws(CardReaderError) {
            return try withReader(readerName, share: .direct) { reader throws(PCSCError) in
                guard let code = ControlCode.escape(offeredIn: try reader.control(.features)) else {
                    return Showing.notOffered
                }
                for command in commands { _ = try reader.control(code, command) }
                return .shown
            }
        } catch  where error.code == .communication {
            // What the driver says to a control code that it does not have.
            return .notOffered
        }
    }
}

/// Some readers answer with nothing although they did it.
private func sendIgnoringAnswer(_ command: [UInt8], to reader: borrowing CardHandle) throws(PCSCError) {
    do throws(PCSCError) {
        _ = try reader.transmit(command)
    } catch  where error.code == .shortAnswer {
        return
    }
}

extension CardReaderError.Code {
    /// Whether it is the card that is gone or broken, rather than reader or service.
    fileprivate var isAboutCard: Bool { rawValue >= Self.noCard.rawValue && self != .timedOut }
}
