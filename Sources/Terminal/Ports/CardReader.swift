import Payments
import SmartCards

/// What a card reader tells the lane. Events arrive in order; none is sent twice in a row.
package enum CardReaderEvent: Sendable, Equatable {
    /// The reader is there and empty.
    case available
    /// A card is in the field. `answerToReset` has at most 33 bytes (ISO 7816-3).
    case inserted(answerToReset: [UInt8])
    /// The card has left the field.
    case removed
    /// The reader, or the service behind it, is gone. The adapter keeps trying and sends `available` on return.
    case unavailable(CardReaderError)
}

/// One contactless or contact card reader. The adapter never waits on a cooperative thread: each reader has its own.
package protocol CardReader: Sendable {
    /// The name under which the reader is configured, for status and logs.
    var name: String { get }

    /// How the reader at hand changes values on memory cards; `nil` when its make is not known, or not to be trusted
    /// with that. Such a reader only reads them.
    var valueDialect: ValueDialect? { get }

    /// Presence, from now on. For one consumer; ends when the reader is closed.
    var events: AsyncStream<CardReaderEvent> { get }

    /// Takes the card in the field for this lane alone and powers it.
    func connect() async throws(CardReaderError)

    /// Sends one command APDU and gives the whole answer: data, then SW1 SW2; two bytes or more.
    ///
    /// An answer shorter than two bytes is ``CardReaderError/Code/communication``, never an empty success: a card
    /// pulled inside the exchange looks like that (measured on pcscd 1.9.9).
    func transmit(_ command: [UInt8]) async throws(CardReaderError) -> [UInt8]

    /// Lets the card go. Does nothing without one.
    func disconnect(_ disposition: CardDisposition) async

    /// Shows something to the person in front of the reader, by its lights and buzzer.
    ///
    /// Returns at once and never fails a sale: a reader without lights, or one that does not do as it is told, does
    /// nothing. While a card is connected the signal waits until ``disconnect(_:)``, so that it never comes between
    /// the exchanges of a session; of several that wait, the last is shown.
    func signal(_ signal: ReaderSignal)

    /// Stops the reader's thread and ends ``events``.
    func close() async
}

/// What happens to the card when the lane lets go of it.
package enum CardDisposition: Sendable {
    /// Power off, so that the next tap starts from a fresh activation.
    case powerOff
    /// Leave it as it is: the same card is expected again.
    case leave
}

/// Something broke between the lane and the card. Numbers 1001–1199.
package struct CardReaderError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// The reader is not plugged in, or not known to the service.
        case readerUnavailable = 1001
        /// The smart-card service does not run or has restarted.
        case serviceUnavailable = 1002
        /// Another program holds the reader.
        case readerInUse = 1003
        /// Several readers fit what the lane is configured with.
        case readerAmbiguous = 1004
        /// No card in the field.
        case noCard = 1101
        /// The card left the field.
        case cardRemoved = 1102
        /// The card was reset or lost power; everything selected on it is lost.
        case cardReset = 1103
        /// The exchange failed: no answer, or one shorter than two bytes.
        case communication = 1104
        /// The card cannot be powered or speaks no protocol that the reader offers; or there are two in the field.
        case unresponsiveCard = 1105
        /// The exchange took longer than the lane waits.
        case timedOut = 1106
    }

    package let code: Code
    /// The call that failed and the service's own code, for the log; holds no card data.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .readerUnavailable: "the card reader is not available; check its cable"
            case .serviceUnavailable: "the smart-card service (pcscd) is not available"
            case .readerInUse: "another program uses the card reader"
            case .readerAmbiguous: "several card readers fit the lane's setting"
            case .noCard: "there is no card at the reader"
            case .cardRemoved: "the card left the reader"
            case .cardReset: "the card was reset"
            case .communication: "the card did not answer properly; present it again"
            case .unresponsiveCard: "the card gives no answer that can be understood; hold one card alone to the reader"
            case .timedOut: "the card took too long to answer"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    /// What the lane shows, in Chinese.
    package var chineseText: String {
        switch code {
        case .readerUnavailable: "读卡器未连接"
        case .serviceUnavailable: "读卡服务不可用"
        case .readerInUse: "读卡器被其他程序占用"
        case .readerAmbiguous: "读卡器配置不唯一"
        case .noCard: "读卡器上没有卡片"
        case .cardRemoved: "卡片已移开，请重新放卡"
        case .cardReset: "卡片已复位，请重新放卡"
        case .communication: "读卡失败，请重新放卡"
        case .unresponsiveCard: "无法识别，请只放一张卡"
        case .timedOut: "卡片响应超时，请重新放卡"
        }
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
