import Payments

/// How one campus set up its DESFire cards: data, not code.
package struct DESFireProfile: Sendable, Hashable {
    /// A file and how it communicates.
    package struct File: Sendable, Hashable {
        /// 0 to 31.
        package let number: UInt8
        package let communication: DESFireCommunication

        package init(number: UInt8, communication: DESFireCommunication) {
            invariant(number < 32, "a DESFire file number is 0 to 31")
            self.number = number
            self.communication = communication
        }
    }

    /// One key of the application.
    package struct Key: Sendable, Hashable {
        /// 0 to 13.
        package let number: UInt8
        package let source: DESFireKey

        package init(number: UInt8, source: DESFireKey) {
            invariant(number <= 13, "an application has at most 14 keys")
            invariant(source.isSound, "AN10922 diversifies by 1 to 31 bytes")
            self.number = number
            self.source = source
        }
    }

    /// Which secure messaging is spoken.
    package enum MessagingRule: Sendable, Hashable {
        /// This one only: a card that does not know it is refused.
        case exactly(DESFireMessaging)
        /// The best that the card's version promises. Nothing vouches for that version, so whoever stands between
        /// card and reader can bring a newer card down to EV1.
        case bestOfCard
    }

    /// Under what number the books know the card.
    package enum Identity: Sendable, Hashable {
        /// The real UID, 7 bytes.
        case uid
        /// The first bytes of a data file, 1 to 10. Fewer than 10 are filled up with zeros on the left.
        case file(File, length: UInt8)
    }

    /// The files that a debit changes, all in one transaction of the card.
    package struct Purse: Sendable, Hashable {
        package let valueFile: File
        /// Cyclic, with records of `DESFireDebitRecord.length` bytes.
        package let recordFile: File
        /// Where the application has one: EV2 and later return its proof with the commit.
        package let transactionMACFile: File?

        package init(valueFile: File, recordFile: File, transactionMACFile: File? = nil) {
            self.valueFile = valueFile
            self.recordFile = recordFile
            self.transactionMACFile = transactionMACFile
        }
    }

    /// The operator's name for it.
    package let name: String
    package let application: DESFireApplicationID
    /// With rights to read the identity and, for the purse, to debit and to write and read records.
    package let key: Key
    /// A key that needs no UID, under which any card of the campus tells its real one. Only with it can cards be used
    /// that show random UIDs and have diversified keys.
    package let uidKey: Key?
    package let messaging: MessagingRule
    package let identity: Identity
    package let purse: Purse?
    /// Whether the card's own value pays, or only its number is taken.
    package let tender: Tender
    package let limits: CardLimits

    /// - Parameter tender: the purse only with its files.
    package init(
        name: String, application: DESFireApplicationID, key: Key, uidKey: Key? = nil,
        messaging: MessagingRule = .exactly(.ev2), identity: Identity, purse: Purse? = nil, tender: Tender = .account,
        limits: CardLimits = CardLimits()
    ) {
        invariant(tender == .account || purse != nil, "a DESFire purse needs its files")
        invariant(uidKey?.source.needsUID != true, "the key that opens the UID cannot need it")
        if case .file(_, let length) = identity {
            invariant((1...10).contains(length), "an identity has 1 to 10 bytes")
        }
        self.name = name
        self.application = application
        self.key = key
        self.uidKey = uidKey
        self.messaging = messaging
        self.identity = identity
        self.purse = purse
        self.tender = tender
        self.limits = limits
    }

    /// Whether the dialogue must learn the real UID.
    var needsUID: Bool { key.source.needsUID || identity == .uid || purse?.transactionMACFile != nil }
}
