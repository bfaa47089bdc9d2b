import PCSC
import Terminal

/// A reader thread's own context and the card connected through it.
struct CardConnection: ~Copyable {
    private var service: ResourceManager?
    private var card: CardHandle?

    /// Connects to the card in the reader called `readerName`, for us alone.
    mutating func connect(to readerName: String) throws(CardReaderError) {
        disconnect(.powerOff)
        do throws(PCSCError) {
            if service == nil { service = try ResourceManager() }
            do throws(PCSCError) {
                card = try service?.connect(to: readerName)
            } catch where error.code.endsContext {
                // The context of a service that has restarted meanwhile shows only now that it is dead.
                service = nil
                service = try ResourceManager()
                card = try service?.connect(to: readerName)
            }
        } catch {
            throw failure(error)
        }
    }

    /// One exchange with the connected card.
    mutating func transmit(_ command: [UInt8]) throws(CardReaderError) -> [UInt8] {
        let answer: [UInt8]?
        do throws(PCSCError) {
            answer = try card?.transmit(command)
        } catch {
            throw failure(error)
        }
        guard let answer else { throw CardReaderError(.noCard, detail: "not connected") }
        return answer
    }

    /// Lets go of the card. A card that is gone already is no error.
    mutating func disconnect(_ disposition: CardDisposition) {
        guard let card = card.take() else { return }
        do throws(PCSCError) {
            try card.disconnect(disposition == .leave ? .leave : .powerOff)
        } catch {
            _ = failure(error)
        }
    }

    /// Forgets a context that is of no more use.
    private mutating func failure(_ error: PCSCError) -> CardReaderError {
        if error.code.endsContext {
            card = nil
            service = nil
        }
        return CardReaderError(error)
    }
}
