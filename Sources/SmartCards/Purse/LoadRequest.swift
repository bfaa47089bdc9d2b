import Payments

/// What the issuer is told about a load that a card has begun: with the load key it can tell from MAC1 that this very
/// card asks, and for which amount.
///
/// Canonical bytes, 56: public information 30, amount 4, terminal 6, the whole answer to INITIALIZE FOR LOAD 16.
package struct LoadRequest: Sendable, Hashable {
    /// Length of the canonical bytes.
    package static let length = 56

    package let information: PublicInformation
    /// In fen.
    package let amount: UInt32
    package let terminal: TerminalID
    package let initialization: LoadInitialization

    package init(
        information: PublicInformation, amount: UInt32, terminal: TerminalID, initialization: LoadInitialization
    ) {
        self.information = information
        self.amount = amount
        self.terminal = terminal
        self.initialization = initialization
    }

    /// Reads the canonical bytes; `nil` when they are not exactly these fields.
    package init?(canonicalBytes bytes: [UInt8]) {
        guard bytes.count == Self.length, let terminal = TerminalID(text: Hex.encode(bytes[34..<40])) else {
            return nil
        }
        do throws(CardDataError) {
            information = try PublicInformation(decoding: Array(bytes[0..<30]))
        } catch {
            return nil
        }
        amount = UInt32(bigEndian: bytes[30..<34])
        self.terminal = terminal
        initialization = LoadInitialization(fields: Array(bytes[40..<56]))
    }

    /// The 56 bytes.
    package var canonicalBytes: [UInt8] {
        information.bytes + amount.bigEndianBytes(count: 4) + terminal.bytes + initialization.bytes
    }

    /// The transaction as the card will sign it at `time`.
    package func transaction(at time: CalendarTime) -> PurseTransaction {
        PurseTransaction(amount: amount, type: PurseTransaction.loadType, terminal: terminal, time: time)
    }

    /// Whether MAC1 was made with `key` over this balance, amount and terminal: the issuer's check before a grant.
    ///
    /// - Parameter key: the load key of this card, already diversified.
    package func isGenuine(underLoadKey key: DESKey) -> Bool {
        // MAC1 covers neither date nor time; any will do.
        let transaction = transaction(at: CalendarTime(UnixTime(milliseconds: 0)))
        let mac1 = PurseCryptogram.loadMAC1(
            sessionKey(key), transaction, balanceBefore: initialization.balanceBefore)
        return mac1 == initialization.mac1
    }

    /// The issuer's permission to the card to load at `time`, local, which the card will log.
    ///
    /// - Parameter key: the load key of this card, already diversified.
    package func grant(at time: CalendarTime, underLoadKey key: DESKey) -> LoadGrant {
        LoadGrant(time: time, mac2: PurseCryptogram.loadMAC2(sessionKey(key), transaction(at: time)))
    }

    private func sessionKey(_ key: DESKey) -> DESKey {
        PurseCryptogram.loadSessionKey(
            key, random: initialization.random, onlineSerial: initialization.onlineSerial)
    }
}

extension LoadRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Terminal and online serial, without the card's number.
    package var description: String { "load request of terminal \(terminal), serial \(initialization.onlineSerial)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
