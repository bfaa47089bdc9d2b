import Payments
import SmartCards

/// A purse card that checks what a real one checks, on raw commands and with keys of its own.
///
/// Written from the card's side of the specification and sharing only the cipher with the terminal, so that a mistake
/// of the terminal is not mirrored here. A DEBIT is in the state file before its answer exists.
package struct SimulatedPurseCard: VirtualCard {
    private enum Selection {
        case masterFile
        case application
    }

    /// What INITIALIZE FOR PURCHASE leaves in working memory for the DEBIT that must follow at once.
    struct PurchaseSession {
        var amount: UInt32
        var terminal: [UInt8]
        var random: [UInt8]
        /// 06, or 09 for a compound purchase.
        var type: UInt8
        /// New content of compound records, by index.
        var records: [Int: [UInt8]] = [:]
    }

    /// What the card keeps without power.
    package internal(set) var memory: PurseCardMemory
    let keys: PurseCardKeys
    let file: CardStateFile?
    var random: any RandomNumberGenerator & Sendable
    var session: PurchaseSession?
    var load: LoadSession?
    var isPINVerified = false
    private var selection = Selection.masterFile
    private var waiting: [UInt8] = []

    /// - Parameters:
    ///   - file: where purchases are kept; `nil` for a card that lives in memory only.
    ///   - random: draws the card's random numbers.
    package init(
        memory: PurseCardMemory, keys: PurseCardKeys, file: CardStateFile? = nil,
        random: any RandomNumberGenerator & Sendable
    ) {
        self.memory = memory
        self.keys = keys
        self.file = file
        self.random = random
    }

    /// No historical bytes, protocols T=0 and T=1: what PC/SC readers make up for a contactless card. A contact card
    /// speaks T=0 alone.
    package var answerToReset: [UInt8] {
        memory.answersThroughGetResponse ? [0x3B, 0x00] : [0x3B, 0x80, 0x80, 0x01, 0x01]
    }

    package mutating func powerOn() { forget() }

    package mutating func reset() { forget() }

    package mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        let answer: ResponseAPDU
        do throws(CardDataError) {
            answer = handle(try CommandAPDU(decoding: command))
        } catch {
            session = nil
            load = nil
            answer = ResponseAPDU(status: .wrongLength)
        }
        return answer.bytes
    }

    private mutating func forget() {
        selection = .masterFile
        session = nil
        load = nil
        isPINVerified = false
        waiting = []
    }

    private mutating func handle(_ command: CommandAPDU) -> ResponseAPDU {
        if command.classByte == 0xFF { return readerCommand(command) }
        if command.instruction == 0xC0 { return getResponse(command) }
        waiting = []
        // Only a DEBIT may follow INITIALIZE; every other command ends the purchase, or the load.
        let open = (session, load)
        session = nil
        load = nil
        // Protocol T=0 has no room for both.
        let isTransmittable =
            !memory.answersThroughGetResponse || command.data.isEmpty || command.expectedLength == nil
        guard isTransmittable else { return ResponseAPDU(status: .wrongLength) }
        let answer = perform(command, open.0, open.1)
        guard memory.answersThroughGetResponse, answer.status == .success, !answer.data.isEmpty else { return answer }
        waiting = answer.data
        return ResponseAPDU(status: .moreData(answer.data.count))
    }

    private mutating func perform(
        _ command: CommandAPDU, _ open: PurchaseSession?, _ openLoad: LoadSession?
    ) -> ResponseAPDU {
        let expectedClass: UInt8
        switch command.instruction {
        case 0x20, 0xA4, 0xB0, 0xB2: expectedClass = 0x00
        case 0x50, 0x52, 0x54, 0x5A, 0x5C, 0xDC: expectedClass = 0x80
        default: return ResponseAPDU(status: isKnownClass(command) ? .instructionNotSupported : .classNotSupported)
        }
        guard command.classByte == expectedClass else { return ResponseAPDU(status: .classNotSupported) }
        guard !memory.isCardLocked else { return ResponseAPDU(status: .locked) }
        if command.instruction == 0xA4 { return select(command) }
        if command.instruction == 0xB2, selection == .masterFile { return readDirectory(command) }
        guard selection == .application else { return ResponseAPDU(status: .conditionsNotSatisfied) }
        guard !memory.isApplicationLocked else { return ResponseAPDU(status: lockedStatus) }
        switch command.instruction {
        case 0xB0: return readBinary(command)
        case 0xB2: return readRecord(command)
        case 0x5C: return getBalance(command)
        case 0x5A: return getTransactionProof(command)
        case 0x20: return verify(command)
        case 0x50: return initialize(command)
        case 0x52: return creditForLoad(command, openLoad)
        case 0xDC: return updateCompoundRecord(command, open)
        default: return debitForPurchase(command, open)
        }
    }

    private func isKnownClass(_ command: CommandAPDU) -> Bool {
        command.classByte == 0x00 || command.classByte == 0x80
    }

    /// Over vpcd nobody stands between program and card, so the card answers for the reader.
    private func readerCommand(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.bytes == [0xFF, 0xCA, 0x00, 0x00, 0x00] else {
            return ResponseAPDU(status: .instructionNotSupported)
        }
        return ResponseAPDU(data: memory.identifier, status: .success)
    }

    private mutating func getResponse(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.classByte == 0x00 else { return ResponseAPDU(status: .classNotSupported) }
        guard !waiting.isEmpty else { return ResponseAPDU(status: .conditionsNotSatisfied) }
        guard command.expectedLength == waiting.count || command.expectedLength == 256 else {
            return ResponseAPDU(status: .repeatExpecting(waiting.count))
        }
        defer { waiting = [] }
        return ResponseAPDU(data: waiting, status: .success)
    }

    private mutating func select(_ command: CommandAPDU) -> ResponseAPDU {
        switch (command.parameter1, command.parameter2) {
        case (0x00, 0x00):
            guard command.data.count == 2 else { return ResponseAPDU(status: .wrongLength) }
            let identifier = UInt16(command.data[0]) << 8 | UInt16(command.data[1])
            if identifier == 0x3F00 { return selectMasterFile() }
            return identifier == memory.applicationFile ? selectApplication() : ResponseAPDU(status: .fileNotFound)
        case (0x04, 0x00):
            if command.data == Self.paymentEnvironment { return selectMasterFile() }
            let isOurs = command.data == memory.applicationName
            return isOurs ? selectApplication() : ResponseAPDU(status: .fileNotFound)
        default: return ResponseAPDU(status: .wrongParameters)
        }
    }

    /// `1PAY.SYS.DDF01`, the name of the master file of a payment card.
    private static let paymentEnvironment = Array("1PAY.SYS.DDF01".utf8)

    private mutating func selectMasterFile() -> ResponseAPDU {
        selection = .masterFile
        return fileControl(name: Self.paymentEnvironment, DataElement(tag: 0x88, content: .primitive([0x01])))
    }

    private var lockedStatus: StatusWord { memory.behavior.lockedStatus.map { StatusWord($0) } ?? .locked }

    private mutating func selectApplication() -> ResponseAPDU {
        guard !memory.isApplicationLocked else { return ResponseAPDU(status: lockedStatus) }
        selection = .application
        isPINVerified = false
        let information = DataElement(tag: 0x9F0C, content: .primitive(memory.information.bytes))
        return fileControl(name: memory.applicationName, memory.givesInformationOnSelect ? information : nil)
    }

    private func fileControl(name: [UInt8], _ own: DataElement?) -> ResponseAPDU {
        var elements = [DataElement(tag: 0x84, content: .primitive(name))]
        if let own { elements.append(DataElement(tag: 0xA5, content: .constructed([own]))) }
        return ResponseAPDU(data: DataElement(tag: 0x6F, content: .constructed(elements)).bytes, status: .success)
    }
}
