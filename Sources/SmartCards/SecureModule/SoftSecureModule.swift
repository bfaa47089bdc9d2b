import Payments

/// A secure module in software, for the lab: it holds the master key that a campus would never give away.
///
/// Pure: the terminal serial comes from the caller, who must have stored it before.
package struct SoftSecureModule: Sendable {
    private enum PurchaseKey {
        case master(DESKey)
        case card(DESKey)
    }

    private let key: PurchaseKey
    /// What the open purchase needs to check MAC2; gone after one check.
    private var open: (sessionKey: DESKey, amount: UInt32)?

    /// - Parameter masterKey: the master purchase key, 16 bytes.
    package init(masterKey: DESKey) {
        invariant(masterKey.isDouble, "a master key has 16 bytes")
        key = .master(masterKey)
    }

    /// A module for one card only, whatever factors it is given: published examples name the key of a card.
    package init(cardKey: DESKey) { key = .card(cardKey) }

    /// Computes MAC1 for a purchase and opens it; an open one is given up.
    ///
    /// - Parameter terminalSerial: never used before with this terminal number.
    package mutating func initializeForPurchase(
        _ request: SecureModuleRequest, terminalSerial: UInt32
    ) throws(SoftSecureModuleError) -> SecureModuleAnswer {
        open = nil
        guard request.isWellFormed else { throw SoftSecureModuleError(.requestMalformed) }
        let cardKey =
            switch key {
            case .master(let masterKey): masterKey.diversified(through: request.factors)
            case .card(let cardKey): cardKey
            }
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            cardKey, random: request.random,
            offlineSerial: request.offlineSerial, terminalSerial: terminalSerial)
        let transaction = PurseTransaction(
            amount: request.amount, type: request.transactionType, terminal: request.terminal, time: request.time)
        open = (sessionKey, request.amount)
        return SecureModuleAnswer(
            terminalSerial: terminalSerial, mac1: PurseCryptogram.purchaseMAC1(sessionKey, transaction))
    }

    /// Checks the card's MAC2, once, and closes the purchase whatever the result.
    package mutating func credit(mac2: [UInt8]) throws(SoftSecureModuleError) -> Bool {
        guard let purchase = open else { throw SoftSecureModuleError(.notInitialized) }
        open = nil
        return mac2 == PurseCryptogram.purchaseMAC2(purchase.sessionKey, amount: purchase.amount)
    }
}

/// The soft secure module was used wrongly. Numbers 1251–1259.
package struct SoftSecureModuleError: StableError, Hashable {
    package enum Code: Int, Sendable, CaseIterable {
        /// Random number or factors of a wrong length.
        case requestMalformed = 1251
        /// MAC2 came without a purchase initialized before, or for the second time.
        case notInitialized = 1252
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var number: Int { code.rawValue }

    package var message: String {
        switch code {
        case .requestMalformed: "the secure module request is malformed"
        case .notInitialized: "the secure module has no open purchase"
        }
    }
}
