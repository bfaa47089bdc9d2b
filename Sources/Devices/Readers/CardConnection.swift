import PCSC
import SmartCards
import Terminal

/// A reader thread's own context and the card connected through it.
///
/// The card is always let go without being powered off, and activated afresh by the next ``connect(to:insertion:)``
/// that finds the same card instead. The reason: when pcscd 1.9.9 is told to power off a card that has just left, it
/// marks the reader as empty behind the back of its own polling thread; a card that comes before the next poll (up
/// to 400 ms) then stays unseen until it is lifted once more. A quick second tap after a torn one is just that.
struct CardConnection: ~Copyable {
    private var service: ResourceManager?
    private var card: CardHandle?
    /// The insertion that the last connection was about.
    private var insertion = 0
    /// Whether that connection left the card in a state that the next must not find.
    private var needsActivation = false

    /// Whether the lane has a card.
    var isConnected: Bool { card != nil }

    /// Connects to the card in the reader called `readerName`, for us alone.
    ///
    /// - Parameter insertion: Number of the insertion that brought the card. The service activates each new one by
    ///   itself; the card of an earlier connection is activated here.
    mutating func connect(to readerName: String, insertion: Int) throws(CardReaderError) {
        disconnect(.powerOff)
        if insertion != self.insertion { needsActivation = false }
        self.insertion = insertion
        do throws(PCSCError) {
            card = try open(readerName, share: .exclusive)
            if needsActivation { try card?.reconnect(initialization: .powerOff) }
            needsActivation = false
        } catch {
            throw failure(error)
        }
    }

    /// One exchange with the connected card, under the protocol that the service agreed with it.
    mutating func transmit(_ command: [UInt8]) throws(CardReaderError) -> [UInt8] {
        let answer: [UInt8]?
        do throws(PCSCError) {
            let transmission: TransmissionProtocol = card?.activeProtocol == .t0 ? .t0 : .t1
            answer = try card?.transmit(transmission.bytes(of: command))
        } catch {
            throw failure(error)
        }
        guard let answer else { throw CardReaderError(.noCard, detail: "not connected") }
        return answer
    }

    /// Lets go of the card. A card that is gone already is no error.
    mutating func disconnect(_ disposition: CardDisposition) {
        guard let card = card.take() else { return }
        if disposition == .powerOff { needsActivation = true }
        do throws(PCSCError) {
            try card.disconnect(.leave)
        } catch {
            _ = failure(error)
        }
    }

    /// Does something with the reader outside a card's session, through a connection that ends with it.
    mutating func withReader<Value>(
        _ readerName: String, share: ShareMode, _ body: (borrowing CardHandle) throws(PCSCError) -> Value
    ) throws(CardReaderError) -> Value {
        do throws(PCSCError) {
            let reader = try open(readerName, share: share)
            let value = try body(reader)
            try reader.disconnect(.leave)
            return value
        } catch {
            throw failure(error)
        }
    }

    /// Connects, with a new context when the service has restarted since the last call: the old one shows only now
    /// that it is dead.
    private mutating func open(_ readerName: String, share: ShareMode) throws(PCSCError) -> CardHandle {
        if let service = service.take() {
            do throws(PCSCError) {
                let card = try service.connect(to: readerName, share: share)
                self.service = consume service
                return card
            } catch {
                if !error.code.endsContext {
                    self.service = consume service
                    throw error
                }
            }
        }
        let service = try ResourceManager()
        let card = try service.connect(to: readerName, share: share)
        self.service = consume service
        return card
    }

    /// After a failure nothing is known about the card; a dead context is forgotten.
    private mutating func failure(_ error: PCSCError) -> CardReaderError {
        needsActivation = true
        if error.code.endsContext {
            card = nil
            service = nil
        }
        return CardReaderError(error)
    }
}
