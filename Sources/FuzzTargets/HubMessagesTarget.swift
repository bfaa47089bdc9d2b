import FoundationEssentials
import HubProtocol
import Payments

/// The hub's messages as JSON: what can be read can be written, and reads back the same.
enum HubMessagesTarget {
    static func run(_ input: [UInt8]) {
        var rest = FuzzInput(input)
        let choice = rest.byte()
        let data = Data(rest.remainder())
        switch choice % 9 {
        case 0: turn(JournalRegistration.self, data)
        case 1: turn(AcknowledgementMessage.self, data)
        case 2: turn(BatchUpload.self, data)
        case 3: turn(ChangesPage.self, data)
        case 4: turn(HoldRequest.self, data)
        case 5: turn(HoldAnswer.self, data)
        case 6: turn(RefusalMessage.self, data)
        case 7: record(data)
        default: turn(CodeMessage.self, data)
        }
    }

    private static func turn<Message: Codable & Equatable>(_ type: Message.Type, _ data: Data) {
        guard let message = try? JSONDecoder().decode(type, from: data) else { return }
        do {
            let again = try JSONDecoder().decode(type, from: try JSONEncoder().encode(message))
            invariant(again == message, "a message read back differs")
        } catch {
            fatalError("a message that was read cannot be written and read again")
        }
    }

    /// A record goes further: into the journal's own form, over whose bytes it is hashed.
    private static func record(_ data: Data) {
        turn(RecordMessage.self, data)
        guard let record = try? JSONDecoder().decode(RecordMessage.self, from: data).record else { return }
        invariant(RecordMessage(record).record == record, "a record read back differs")
        invariant(!record.canonicalBytes.isEmpty, "a record without bytes")
    }
}
