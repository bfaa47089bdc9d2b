import CPCSC

/// What is known about one reader, carried from one wait to the next.
package struct ReaderState: Equatable, Sendable {
    package let readerName: String
    /// The service's state word: flags below, the count of insertions and removals in the high 16 bits.
    package private(set) var stateWord: UInt32 = UInt32(SCARD_STATE_UNAWARE)
    /// Answer to reset of the card in the reader, at most 33 bytes; empty without a card or when it is mute.
    package private(set) var answerToReset: [UInt8] = []

    /// A reader about which nothing is known yet: the next wait returns at once with its state.
    package init(readerName: String) { self.readerName = readerName }

    /// The entry that stands for the list of readers itself.
    package static let newReaders = ReaderState(readerName: "\\\\?PnP?\\Notification")

    /// Whether the state came from the service.
    package var isKnown: Bool { stateWord != UInt32(SCARD_STATE_UNAWARE) }
    /// Whether a card is in the reader.
    package var isCardPresent: Bool { has(SCARD_STATE_PRESENT) }
    /// Whether the reader was unplugged or does not answer.
    package var isReaderGone: Bool { has(SCARD_STATE_UNKNOWN) || has(SCARD_STATE_UNAVAILABLE) }
    /// Whether somebody has the card for himself alone.
    package var isExclusive: Bool { has(SCARD_STATE_EXCLUSIVE) }
    /// Insertions and removals since the service found the reader, modulo 2^16.
    package var eventCount: UInt16 { UInt16(stateWord >> 16) }

    private func has(_ flag: some BinaryInteger) -> Bool { stateWord & UInt32(flag) != 0 }

    /// Runs `body` with the states in the service's form and takes its answer back.
    static func withServiceStates(
        _ states: inout [ReaderState], _ body: (UnsafeMutablePointer<SCARD_READERSTATE>, DWORD) -> LONG
    ) -> LONG {
        // All names in one buffer, each ended by a zero: the service wants pointers that stay where they are.
        var names: [CChar] = []
        var starts: [Int] = []
        for state in states {
            starts.append(names.count)
            names += state.readerName.utf8.map { CChar(bitPattern: $0) } + [0]
        }
        return names.withUnsafeBufferPointer { names in
            var entries = zip(states, starts).map { state, start in
                var entry = SCARD_READERSTATE()
                entry.szReader = names.baseAddress.map { $0 + start }
                entry.dwCurrentState = DWORD(constant: state.stateWord)
                return entry
            }
            let code = entries.withUnsafeMutableBufferPointer { entries in
                // An empty list has no address; the service answers to it before it looks there.
                guard let first = entries.baseAddress else { return LONG(SCARD_S_SUCCESS) }
                return body(first, DWORD(entries.count))
            }
            if UInt32(returnCode: code) == UInt32(returnCode: SCARD_S_SUCCESS) {
                for index in states.indices { states[index].take(entries[index]) }
            }
            return code
        }
    }

    private mutating func take(_ entry: SCARD_READERSTATE) {
        stateWord = UInt32(word: entry.dwEventState) & ~UInt32(SCARD_STATE_CHANGED)
        let length = min(Int(length: entry.cbAtr), Int(MAX_ATR_SIZE))
        answerToReset = withUnsafeBytes(of: entry.rgbAtr) { Array($0.prefix(length)) }
    }
}
