import HubProtocol
import Payments
import SmartCards

/// Whose PIN the payer is asked for, and how it stands.
package struct PINRequest: Sendable, Hashable {
    /// Who checks the PIN.
    package enum Holder: String, Sendable, Hashable {
        /// The terminal, against the hash that the hub told: the card need not be there any more.
        case account
        /// The card itself, which must be there.
        case card
    }

    package var holder: Holder
    /// Tries that are left, 1 or more; `nil` when nobody has said.
    package var attemptsLeft: Int?
    /// Whether the last try was wrong.
    package var isRepeated: Bool

    package init(_ holder: Holder, attemptsLeft: Int?, isRepeated: Bool = false) {
        self.holder = holder
        self.attemptsLeft = attemptsLeft
        self.isRepeated = isRepeated
    }

    package var english: String {
        let left = attemptsLeft.map { $0 == 1 ? ", 1 try left" : ", \($0) tries left" } ?? ""
        return (isRepeated ? "wrong PIN, enter it again" : "enter the PIN") + (holder == .card ? " of the card" : "")
            + left
    }

    package var chinese: String {
        let name = holder == .card ? "卡片密码" : "支付密码"
        let left = attemptsLeft.map { "，还可输入 \($0) 次" } ?? ""
        return (isRepeated ? "密码错误，请重新输入\(name)" : "请输入\(name)") + left
    }
}

/// A PIN that was entered at the cashier's interface. Nothing that prints values shows it.
package enum EnteredPIN: Sendable, Equatable {
    case account(AccountPIN)
    case card(CardPIN)

    /// - Parameter text: six digits for an account; for a card 4 to 12 digits, an even number.
    /// - Returns: `nil` for anything else.
    package init?(text: String, for holder: PINRequest.Holder) {
        switch holder {
        case .account:
            guard let pin = AccountPIN(text: text) else { return nil }
            self = .account(pin)
        case .card:
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let pin = Hex.decode(text).flatMap({ CardPIN($0) })
            else { return nil }
            self = .card(pin)
        }
    }
}
