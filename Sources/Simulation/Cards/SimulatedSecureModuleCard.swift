import Payments
import SmartCards

/// A PSAM that checks what a real one checks, on raw commands and with a key of its own.
///
/// Written from the module's side of the specification and sharing only the cipher with the terminal, so that a
/// mistake of the terminal is not mirrored here. Serial and retry counter are in the state file before the answer
/// that tells of them exists.
package struct SimulatedSecureModuleCard: VirtualCard {
    private enum Selection {
        case masterFile
        case application
    }

    /// What INIT_SAM_FOR_PURCHASE leaves in working memory for the check that must follow at once.
    struct PurchaseSession {
        let key: DESKey
        /// Four bytes.
        let amount: [UInt8]
    }

    /// What the module keeps without power.
    package internal(set) var memory: SecureModuleCardMemory
    let masterKey: DESKey
    private let file: SecureModuleStateFile?
    var session: PurchaseSession?
    private var selection = Selection.masterFile
    private var waiting: [UInt8] = []

    /// - Parameters:
    ///   - masterKey: the purchase master key of the lab, 16 bytes.
    ///   - file: where the memory is kept; `nil` for a module that lives in memory only.
    package init(memory: SecureModuleCardMemory, masterKey: DESKey, file: SecureModuleStateFile? = nil) {
        invariant(masterKey.isDouble, "a master key has 16 bytes")
        self.memory = memory
        self.masterKey = masterKey
        self.file = file
    }

    /// T=0 alone, as contact modules answer, or T=1 alone; four historical bytes.
    package var answerToReset: [UInt8] {
        let historical = Array("PSAM".utf8)
        if memory.answersThroughGetResponse { return [0x3B, 0x04] + historical }
        let checked: [UInt8] = [0x84, 0x01] + historical
        return [0x3B] + checked + [checked.reduce(0, ^)]
    }

    package mutating func powerOn() { forget() }

    package mutating func reset() { forget() }

    package mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        let answer: ResponseAPDU
        do throws(CardDataError) {
            answer = handle(try CommandAPDU(decoding: command))
        } catch {
            session = nil
            answer = ResponseAPDU(status: .wrongLength)
        }
        return answer.bytes
    }

    private mutating func forget() {
        selection = .masterFile
        session = nil
        waiting = []
    }

    private mutating func handle(_ command: CommandAPDU) -> ResponseAPDU {
        if command.classByte == 0x00, command.instruction == 0xC0 { return getResponse(command) }
        waiting = []
        // Only the check, and the fetching of an answer, may follow INIT_SAM_FOR_PURCHASE.
        let open = session
        session = nil
        // Protocol T=0 has no room for both.
        let isTransmittable =
            !memory.answersThroughGetResponse || command.data.isEmpty || command.expectedLength == nil
        guard isTransmittable else { return ResponseAPDU(status: .wrongLength) }
        let answer = perform(command, open)
        guard memory.answersThroughGetResponse, answer.status == .success, !command.data.isEmpty, !answer.data.isEmpty
        else { return answer }
        waiting = answer.data
        return ResponseAPDU(status: .moreData(answer.data.count))
    }

    private mutating func perform(_ command: CommandAPDU, _ open: PurchaseSession?) -> ResponseAPDU {
        switch (command.classByte, command.instruction) {
        case (0x00, 0xA4): return select(command)
        case (0x00, 0xB0): return readBinary(command)
        case (0x80, 0x70): return initializeForPurchase(command)
        case (0x80, 0x72): return creditForPurchase(command, open)
        case (0x00, _), (0x80, _): return ResponseAPDU(status: .instructionNotSupported)
        default: return ResponseAPDU(status: .classNotSupported)
        }
    }

    /// Whether the purchase keys can be used in the file that is selected.
    var areKeysSelected: Bool { memory.isFlat || selection == .application }

    private mutating func getResponse(_ command: CommandAPDU) -> ResponseAPDU {
        guard !waiting.isEmpty else { return ResponseAPDU(status: .conditionsNotSatisfied) }
        guard command.expectedLength == waiting.count || command.expectedLength == 256 else {
            return ResponseAPDU(status: .repeatExpecting(waiting.count))
        }
        defer { waiting = [] }
        return ResponseAPDU(data: waiting, status: .success)
    }

    private mutating func select(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.parameter2 == 0x00 else { return ResponseAPDU(status: .wrongParameters) }
        let name = Array("1PAY.SYS.DDF01".utf8)
        let application = memory.applicationFile.bigEndianBytes(count: 2)
        switch (command.parameter1, command.data) {
        case (0x00, [0x3F, 0x00]), (0x00, []), (0x04, name):
            selection = .masterFile
            return fileControl(name: name)
        case (0x00, application) where !memory.isFlat, (0x04, memory.applicationName) where !memory.isFlat:
            selection = .application
            return fileControl(name: memory.applicationName)
        case (0x00, _), (0x04, _): return ResponseAPDU(status: .fileNotFound)
        default: return ResponseAPDU(status: .wrongParameters)
        }
    }

    private func fileControl(name: [UInt8]) -> ResponseAPDU {
        let elements = [DataElement(tag: 0x84, content: .primitive(name))]
        return ResponseAPDU(data: DataElement(tag: 0x6F, content: .constructed(elements)).bytes, status: .success)
    }

    /// READ BINARY by short identifier, from its start.
    private func readBinary(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.data.isEmpty, let wanted = command.expectedLength else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard command.parameter1 & 0xE0 == 0x80, command.parameter2 == 0 else {
            return ResponseAPDU(status: .wrongParameters)
        }
        guard let content = content(of: command.parameter1 & 0x1F) else { return ResponseAPDU(status: .fileNotFound) }
        if wanted == 256 { return ResponseAPDU(data: content, status: .success) }
        guard wanted <= content.count else { return ResponseAPDU(status: .repeatExpecting(content.count)) }
        return ResponseAPDU(data: Array(content.prefix(wanted)), status: .success)
    }

    private func content(of file: UInt8) -> [UInt8]? {
        let isInApplication = selection == .application
        let hasPublicFiles = isInApplication != (memory.hasFilesInMasterFile || memory.isFlat)
        switch file {
        case 0x15 where hasPublicFiles:
            return memory.serial + [memory.version, memory.keyCardType] + memory.issuerData
        case 0x16 where hasPublicFiles: return memory.terminal.bytes
        case 0x17 where areKeysSelected: return memory.applicationInformation
        default: return nil
        }
    }

    /// Makes `changed` the module's memory, durably; `false`, and nothing changed, when it could not be stored.
    mutating func store(_ changed: SecureModuleCardMemory) -> Bool {
        do { try file?.save(changed) } catch { return false }
        memory = changed
        return true
    }
}
