import CPCSC

/// A connected card. Ends with ``disconnect(_:)``; one that goes out of scope without that is left as it is (see
/// ``Disposition/powerOff`` for the reason), and the service powers it off after some seconds.
package struct CardHandle: ~Copyable {
    private let handle: SCARDHANDLE
    private let context: Context
    private var isConnected = true
    /// The protocol agreed with the card; empty for a direct connection.
    package private(set) var activeProtocol: CardProtocols

    /// Longest answer to a short command (ISO 7816-4): 256 bytes of data and two of status. No card here speaks
    /// extended length, so a longer answer is a fault, which the service reports as a buffer too small.
    package static let maximumAnswerLength = 258
    /// Longest short command: header, length, 255 bytes of data, expected length.
    package static let maximumCommandLength = 4 + 1 + 255 + 1
    /// Room for a driver's answer to a control code: pcsc-lite's own buffer for short messages.
    private static let maximumControlAnswerLength = Int(MAX_BUFFER_SIZE)

    init(_ handle: SCARDHANDLE, context: Context, activeProtocol: CardProtocols) {
        self.handle = handle
        self.context = context
        self.activeProtocol = activeProtocol
    }

    deinit {
        // A card or service that is gone needs no good-bye.
        if isConnected { _ = SCardDisconnect(handle, DWORD(constant: Disposition.leave.rawValue)) }
    }

    /// Sends one command APDU and gives the answer: data, SW1, SW2.
    ///
    /// Blocks until the card has answered; nothing interrupts it.
    ///
    /// - Throws: ``PCSCError/Code/shortAnswer`` when the service reports success with fewer than two bytes.
    package borrowing func transmit(_ command: [UInt8]) throws(PCSCError) -> [UInt8] {
        if command.isEmpty || command.count > Self.maximumCommandLength {
            fatalError("invariant violated: a command of \(command.count) bytes")
        }
        var send = SCARD_IO_REQUEST(
            dwProtocol: DWORD(constant: activeProtocol.rawValue),
            cbPciLength: DWORD(MemoryLayout<SCARD_IO_REQUEST>.size))
        var receive = send
        var length = DWORD(Self.maximumAnswerLength)
        var code = LONG(SCARD_S_SUCCESS)
        let answer = [UInt8](unsafeUninitializedCapacity: Self.maximumAnswerLength) { buffer, count in
            buffer.initialize(repeating: 0)
            code = SCardTransmit(
                handle, &send, command, DWORD(command.count), &receive, buffer.baseAddress, &length)
            count = code == LONG(SCARD_S_SUCCESS) ? min(Int(length: length), buffer.count) : 0
        }
        try Operation.transmit.check(code, context: context.handle)
        if answer.count < 2 { throw PCSCError(.shortAnswer, .transmit, rawValue: 0) }
        return answer
    }

    /// Takes up the connection again after ``PCSCError/Code/resetCard``. What was selected on the card is lost.
    package mutating func reconnect(
        share: ShareMode = .exclusive, protocols: CardProtocols = .any, initialization: Disposition = .leave
    ) throws(PCSCError) {
        var active: DWORD = 0
        let code = SCardReconnect(
            handle, DWORD(constant: share.rawValue), DWORD(constant: protocols.rawValue),
            DWORD(constant: initialization.rawValue), &active)
        try Operation.reconnect.check(code, context: context.handle)
        activeProtocol = CardProtocols(rawValue: UInt32(word: active))
    }

    /// Locks the card for this connection among those that share it. Waits without limit for another's transaction.
    package borrowing func beginTransaction() throws(PCSCError) {
        try Operation.beginTransaction.check(SCardBeginTransaction(handle), context: context.handle)
    }

    /// Ends the transaction begun with ``beginTransaction()``.
    package borrowing func endTransaction(_ disposition: Disposition = .leave) throws(PCSCError) {
        let code = SCardEndTransaction(handle, DWORD(constant: disposition.rawValue))
        try Operation.endTransaction.check(code, context: context.handle)
    }

    /// Reader, protocol and answer to reset; throws ``PCSCError/Code/removedCard`` or ``PCSCError/Code/resetCard``
    /// after such an event.
    package borrowing func status() throws(PCSCError) -> CardStatus {
        var name = [CChar](repeating: 0, count: Int(MAX_READERNAME) + 1)
        var nameLength = DWORD(name.count)
        var state: DWORD = 0
        var active: DWORD = 0
        var answerToReset = [UInt8](repeating: 0, count: Int(MAX_ATR_SIZE))
        var answerLength = DWORD(answerToReset.count)
        let handle = handle
        let code = ReaderTable.alone {
            SCardStatus(handle, &name, &nameLength, &state, &active, &answerToReset, &answerLength)
        }
        try Operation.status.check(code, context: context.handle)
        return CardStatus(
            readerName: String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
            activeProtocol: CardProtocols(rawValue: UInt32(word: active)),
            answerToReset: Array(answerToReset.prefix(Int(length: answerLength))))
    }

    /// Sends a control code to the reader's driver and gives its answer.
    package borrowing func control(_ code: ControlCode, _ input: [UInt8] = []) throws(PCSCError) -> [UInt8] {
        var answer = [UInt8](repeating: 0, count: Self.maximumControlAnswerLength)
        var length: DWORD = 0
        let returned = SCardControl(
            handle, code.value, input, DWORD(input.count), &answer, DWORD(answer.count), &length)
        try Operation.control.check(returned, context: context.handle)
        return Array(answer.prefix(Int(length: length)))
    }

    /// Asks the reader's driver for an attribute; throws when it does not know it.
    package borrowing func attribute(_ attribute: ReaderAttribute) throws(PCSCError) -> [UInt8] {
        var value = [UInt8](repeating: 0, count: Self.maximumControlAnswerLength)
        var length = DWORD(value.count)
        let code = SCardGetAttrib(handle, attribute.number, &value, &length)
        try Operation.getAttribute.check(code, context: context.handle)
        return Array(value.prefix(Int(length: length)))
    }

    /// Ends the connection and does with the card what `disposition` says.
    package consuming func disconnect(_ disposition: Disposition) throws(PCSCError) {
        isConnected = false
        let code = SCardDisconnect(handle, DWORD(constant: disposition.rawValue))
        try Operation.disconnect.check(code, context: context.handle)
    }
}
