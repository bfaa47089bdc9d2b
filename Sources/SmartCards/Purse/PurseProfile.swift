import Payments

/// How one campus set up its purse cards: data, not code.
package struct PurseProfile: Sendable, Hashable {
    /// How the application is selected.
    package enum Application: Sendable, Hashable {
        /// By application identifier or name, 1 to 16 bytes.
        case name([UInt8])
        /// By file identifier, for example 3F01, 1001 or DF03.
        case file(UInt16)
        /// By way of the directory of a payment environment: the first application listed there whose identifier
        /// begins with `prefix`; an empty one takes the first of all. The environment's name is usually
        /// ``paymentEnvironment``.
        case directory(environment: [UInt8], prefix: [UInt8])

        /// `1PAY.SYS.DDF01`, the payment environment of contact cards and of most campus cards.
        package static let paymentEnvironment = Array("1PAY.SYS.DDF01".utf8)

        /// The SELECT that the way to the application begins with.
        var selectCommand: CommandAPDU {
            switch self {
            case .name(let bytes), .directory(let bytes, _): GeneralCommand.select(name: bytes)
            case .file(let identifier): GeneralCommand.select(file: identifier)
            }
        }
    }

    /// How a card proves that it is genuine.
    package enum Proof: Sendable, Hashable {
        /// Not at all: only its number is read.
        case none
        /// With a purchase that the secure module checks, under a key derived by one to three factors in the order of
        /// the secure module's command (the card's own first).
        case secureModule(factors: [DiversificationFactor])
    }

    /// What the card changes when its purse pays.
    package enum Purchase: Sendable, Hashable {
        /// The purse alone.
        case simple
        /// The purse and one record, together (CAPP).
        case compound(CompoundRecord)
    }

    /// How a purse is loaded.
    package struct Load: Sendable, Hashable {
        /// Index of the load key on the card, usually 01.
        package let keyIndex: UInt8
        /// Whether the card wants its holder's PIN before.
        package let isPINNeeded: Bool

        package init(keyIndex: UInt8, isPINNeeded: Bool = true) {
            self.keyIndex = keyIndex
            self.isPINNeeded = isPINNeeded
        }
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
    package let purchase: Purchase
    /// `nil` when the campus loads no purses.
    package let load: Load?
    /// Algorithm numbers that a card may name in its answer to INITIALIZE; `nil` for any.
    package let algorithms: Set<UInt8>?

    /// - Parameter tender: the purse only with a proof: no purse is debited without a secure module.
    package init(
        name: String, application: Application, purchaseKeyIndex: UInt8, proof: Proof, tender: Tender = .account,
        limits: CardLimits = CardLimits(), purchase: Purchase = .simple, load: Load? = nil,
        algorithms: Set<UInt8>? = nil
    ) {
        invariant(tender == .account || proof != .none, "a purse is debited only through a secure module")
        switch application {
        case .name(let bytes), .directory(let bytes, _):
            invariant((1...16).contains(bytes.count), "an application name has 1 to 16 bytes")
        case .file: break
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
        self.purchase = purchase
        self.load = load
        self.algorithms = algorithms
    }

    /// The SELECT that finds the application, or its directory.
    package var selectCommand: CommandAPDU { application.selectCommand }

    /// Whether cards may work with this algorithm number.
    func accepts(algorithm: UInt8) -> Bool { algorithms?.contains(algorithm) ?? true }
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
