import Payments

/// How one campus set up its purse cards: data, not code.
package struct PurseProfile: Sendable, Hashable {
    /// How the application is selected.
    package enum Application: Sendable, Hashable {
        /// By application identifier or name, 1 to 16 bytes.
        case name([UInt8])
        /// By file identifier, for example 3F01, 1001 or DF03.
        case file(UInt16)
    }

    /// How a card proves that it is genuine.
    package enum Proof: Sendable, Hashable {
        /// Not at all: only its number is read.
        case none
        /// With a purchase that the secure module checks, under a key derived by one to three factors in the order of
        /// the secure module's command (the card's own first).
        case secureModule(factors: [DiversificationFactor])
    }

    /// The operator's name for it.
    package let name: String
    package let application: Application
    /// Index of the purchase key on the card, usually 00 or 01.
    package let purchaseKeyIndex: UInt8
    package let proof: Proof
    /// Whether the card's own purse pays, or only its number is taken.
    package let tender: Tender
    package let limits: CardLimits

    /// - Parameter tender: the purse only with a proof: no purse is debited without a secure module.
    package init(
        name: String, application: Application, purchaseKeyIndex: UInt8, proof: Proof, tender: Tender = .account,
        limits: CardLimits = CardLimits()
    ) {
        invariant(tender == .account || proof != .none, "a purse is debited only through a secure module")
        if case .name(let bytes) = application {
            invariant((1...16).contains(bytes.count), "an application name has 1 to 16 bytes")
        }
        if case .secureModule(let factors) = proof {
            invariant((1...3).contains(factors.count), "keys are diversified over one to three levels")
        }
        self.name = name
        self.application = application
        self.purchaseKeyIndex = purchaseKeyIndex
        self.proof = proof
        self.tender = tender
        self.limits = limits
    }

    /// The SELECT that finds the application.
    package var selectCommand: CommandAPDU {
        switch application {
        case .name(let bytes): GeneralCommand.select(name: bytes)
        case .file(let identifier): GeneralCommand.select(file: identifier)
        }
    }
}

/// Where eight bytes of key diversification come from.
package enum DiversificationFactor: Sendable, Hashable {
    /// The right-most 8 bytes of the application serial number: the usual factor of the card itself.
    case applicationSerial
    /// The 8 bytes of the issuer in the public information.
    case issuer
    /// A fixed value, for example a city code.
    case fixed([UInt8])

    /// The factor of one card, 8 bytes.
    package func bytes(for information: PublicInformation) -> [UInt8] {
        switch self {
        case .applicationSerial: return Array(information.applicationSerial.suffix(8))
        case .issuer: return information.issuer
        case .fixed(let bytes):
            invariant(bytes.count == 8, "a diversification factor has 8 bytes")
            return bytes
        }
    }
}
