import Payments

/// What of each command and answer may stand in a transcript. Deliberately lists: an unknown command shows its header
/// and its length and nothing else.
enum TranscriptRules {
    /// What one answer holds.
    struct Judgement {
        /// Card numbers, to be replaced wherever they are.
        var secrets: [[UInt8]] = []
        var hidden: Range<Int> = 0..<0
    }

    /// Shorter runs could stand anywhere by chance: they are hidden instead.
    static let secretMinimum = 4

    /// Whether the data of a command may be shown: selections, purse commands with their cryptograms, DESFire commands
    /// without the contents of files. Never a PIN (VERIFY) or a key (LOAD KEY).
    static func mayShowData(of command: CommandAPDU) -> Bool {
        switch (command.classByte, command.instruction) {
        case (0x00, 0xA4), (0x80, 0x50), (0x80, 0x52), (0x80, 0x54), (0x80, 0x5A): true
        // General authenticate of the reader: block, key type and slot.
        case (0xFF, 0x86): true
        // Selection, authentication, what a session protects; never the contents of files or keys.
        case (0x90, let instruction):
            [0x5A, 0x0A, 0x1A, 0xAA, 0x71, 0x77, 0xAF, 0xF5, 0x6C, 0xDC, 0xC7, 0xAD, 0xBD, 0xAB, 0xBB].contains(
                instruction)
        default: false
        }
    }

    static func judge(_ command: CommandAPDU?, _ data: [UInt8], _ status: StatusWord) -> Judgement {
        let all = Judgement(hidden: 0..<data.count)
        guard let command, !data.isEmpty else { return all }
        if command.classByte == 0x90 { return judgeDESFire(command, data, status) ?? all }
        guard status == .success else { return all }
        switch (command.classByte, command.instruction) {
        case (0xFF, 0xCA): return judgeReader(command, data) ?? all
        case (0x00, 0xA4): return judgeFileControl(data) ?? all
        case (0x00, 0xB0): return judgePublicInformation(command, data) ?? all
        case (0x00, 0xB2): return mayShow(record: data, command) ? Judgement() : all
        // Purse: balances, serials, random numbers, cryptograms.
        case (0x80, 0x50), (0x80, 0x52), (0x80, 0x54), (0x80, 0x5A), (0x80, 0x5C), (0x00, 0x84): return Judgement()
        default: return all
        }
    }

    /// How many bytes at the end of historical bytes may be a chip's serial number: purse cards put it there.
    static func hiddenTail(ofHistoricalBytes bytes: [UInt8]) -> Int {
        StorageCard(historicalBytes: bytes) == nil && bytes.count > 8 ? 8 : 0
    }

    private static func judgeReader(_ command: CommandAPDU, _ data: [UInt8]) -> Judgement? {
        switch command.parameter1 {
        case 0x00: data.count >= secretMinimum ? Judgement(secrets: [data]) : nil
        case 0x01: Judgement(hidden: (data.count - hiddenTail(ofHistoricalBytes: data))..<data.count)
        default: nil
        }
    }

    /// File control information of known tags, and public information of the right length.
    private static func judgeFileControl(_ data: [UInt8]) -> Judgement? {
        let elements: [DataElement]
        let control: FileControlInformation
        do throws(CardDataError) {
            elements = try DataElement.readAll(data)
            control = try FileControlInformation(decoding: data)
        } catch {
            return nil
        }
        guard elements.allSatisfy(isKnown) else { return nil }
        return Judgement(secrets: control.publicInformation.map(secrets) ?? [])
    }

    /// Name, directory file, label, priority, data object lists, version, public information.
    private static func isKnown(_ element: DataElement) -> Bool {
        let known: Set<UInt32> = [
            0x6F, 0x84, 0xA5, 0x88, 0x50, 0x87, 0x9F38, 0x9F08, 0x9F11, 0x9F12, 0x5F2D, 0x9F0C, 0x61, 0x4F,
        ]
        return known.contains(element.tag) && element.children.allSatisfy(isKnown)
    }

    private static func judgePublicInformation(_ command: CommandAPDU, _ data: [UInt8]) -> Judgement? {
        guard command.parameter1 == 0x80 | PublicInformation.shortFile, command.parameter2 == 0 else { return nil }
        do throws(CardDataError) {
            return Judgement(secrets: secrets(try PublicInformation(decoding: data)))
        } catch {
            return nil
        }
    }

    private static func secrets(_ information: PublicInformation) -> [[UInt8]] {
        // The right-most eight bytes are what keys are derived with, and stand alone in other places.
        [information.applicationSerial, Array(information.applicationSerial.suffix(8))]
    }

    /// A record of the purse's log, or of a directory of applications.
    private static func mayShow(record data: [UInt8], _ command: CommandAPDU) -> Bool {
        if command.parameter2 >> 3 == PurseLogRecord.shortFile { return data.count == PurseLogRecord.length }
        do throws(CardDataError) {
            return try DataElement.readAll(data).allSatisfy { $0.tag == 0x61 && isKnown($0) }
        } catch {
            return false
        }
    }

    private static func judgeDESFire(_ command: CommandAPDU, _ data: [UInt8], _ status: StatusWord) -> Judgement? {
        guard status.rawValue == 0x9100 || status.rawValue == 0x91AF else { return nil }
        switch command.instruction {
        case 0x60:
            do throws(DESFireError) {
                let version = try DESFireVersion(decoding: data)
                return Judgement(secrets: version.uid.allSatisfy { $0 == 0 } ? [] : [version.uid])
            } catch {
                return nil
            }
        // Authentication, a proof of the card, or a code over nothing; values and settings.
        case 0x0A, 0x1A, 0xAA, 0x71, 0x77, 0xC7, 0xDC, 0x8B, 0x8D, 0x6C, 0xF5, 0x5A: return Judgement()
        default: return nil
        }
    }
}
