import Payments
import SmartCards

/// Knows the commands that may change a card's money.
struct FuzzMoneyCommands {
    enum Kind {
        case other
        /// UPDATE CAPP DATA CACHE, DEBIT FOR PURCHASE, CREDIT FOR LOAD, COMMIT TRANSACTION.
        case transaction
        /// Writes a block of a memory card.
        case block
    }

    /// From the last INITIALIZE FOR PURCHASE, in fen.
    private var purchaseAmount: UInt32 = 0

    mutating func kind(of command: CommandAPDU) -> Kind {
        switch (command.classByte, command.instruction) {
        case (0x80, 0x50):
            // Key index 1, amount 4, terminal 6.
            let amount = command.data.dropFirst().prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
            if command.parameter1 != 0x00 { purchaseAmount = amount }
            return .other
        // A DEBIT of nothing only lets the card prove itself.
        case (0x80, 0x54): return purchaseAmount > 0 ? .transaction : .other
        case (0x80, 0xDC), (0x80, 0x52), (0x90, 0xC7): return .transaction
        // Get data, load keys, authenticate, read; everything else a reader may take for a write.
        case (0xFF, 0xCA), (0xFF, 0x82), (0xFF, 0x86), (0xFF, 0x88), (0xFF, 0xB0): return .other
        case (0xFF, _): return .block
        default: return .other
        }
    }
}
