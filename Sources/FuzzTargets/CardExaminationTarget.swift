import Payments
import Simulation
import SmartCards

/// Explaining a card: it ends, changes nothing, and shows no card number.
enum CardExaminationTarget {
    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let variant = input.byte()
        let order = input.byte()
        let card = FuzzTaps.card(variant: variant, order: order)
        let answerToReset = input.byte() & 1 == 0 ? card.answerToReset : input.chunk()
        let before = (card as? SimulatedPurseCard)?.memory
        let money = FuzzCampus.balance(of: card)
        var air = FuzzAir(card: card, input: input)
        var examination = CardExamination(
            answerToReset: answerToReset, profiles: FuzzTaps.profiles(variant: variant, order: order),
            today: FuzzCampus.today)
        var action = examination.start()
        while true {
            switch action {
            case .transmit(let command):
                action = examination.receive(air.transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .finish(let report):
                let after = (air.card as? SimulatedPurseCard)?.memory
                invariant(before == after, "an examination changed the card")
                invariant(FuzzCampus.balance(of: air.card) == money, "an examination took money")
                check(report, isHonest: !air.hasLied)
                return
            }
        }
    }

    private static func check(_ report: CardExaminationReport, isHonest: Bool) {
        let lines = report.findings.map(\.text) + report.verdicts.map(\.reason) + [report.conclusion]
        for line in lines {
            invariant(line.english.utf8.count < 4096, "an endless line")
            guard isHonest else { continue }
            // Changed numbers are not the card's; those of an honest card must not be seen.
            for secret in FuzzTaps.secretTexts {
                invariant(!line.english.contains(secret) && !line.chinese.contains(secret), "a card number is shown")
            }
        }
    }
}

/// Cards and profiles that several targets choose from.
enum FuzzTaps {
    /// Hexadecimal text that must not be seen: the right-most eight bytes of the card's number, and its identifier.
    static let secretTexts = [
        Hex.encode(FuzzCampus.information.applicationSerial.suffix(8)), Hex.encode(FuzzCampus.identifier),
        Hex.encode(FuzzCampus.identifier.reversed()),
    ]

    /// - Parameter order: its highest bits choose the kind of card.
    static func card(variant: UInt8, order: UInt8) -> any VirtualCard {
        switch order >> 6 {
        case 0: FuzzCampus.card(variant: variant)
        case 1: FuzzDESFireCampus(variant: variant).card()
        case 2: SimulatedIdentityCard(identifier: [UInt8](repeating: variant, count: Int(order & 0x0F)))
        default: FuzzClassicCampus.card(dialect: FuzzClassicCampus.dialect(variant: variant), tear: variant >> 3)
        }
    }

    /// - Parameter order: its lowest bits choose the profiles, bit 5 who pays.
    static func profiles(variant: UInt8, order: UInt8) -> [CardProfile] {
        let tender: Tender = order & 0x20 == 0 ? .account : .purse
        var profiles: [CardProfile] = []
        if order & 1 == 0 { profiles.append(.purse(FuzzCampus.otherProfile)) }
        if order & 2 == 0 {
            profiles.append(.purse(FuzzCampus.profile(variant: variant, tender: tender)))
        }
        if order & 8 == 0 { profiles.append(.desfire(FuzzDESFireCampus(variant: variant).profile(tender))) }
        if order & 16 == 0 { profiles.append(.mifareClassic(FuzzClassicCampus.profile(tender))) }
        if order & 4 == 0 { profiles.append(.identityOnly(IdentityProfile(name: "identity"))) }
        return profiles
    }
}
