import Payments
import SmartCards

/// What a ``PSAMSecureModule`` must know.
package struct PSAMSettings: Sendable {
    /// The terminal number that the module must have.
    package var terminal: TerminalID
    package var profile: SecureModuleProfile
    /// Wrong MAC2 values in a row after which the module is guarded, 1 to 15. Must stay below the module's own limit.
    package var wrongMAC2Maximum: Int
    /// How long a lane may keep the module while another waits. A reader gives a card up after 5 s
    /// (``PCSCCardReader/defaultExchangeTimeout``), so a longer session has lost its lane.
    package var sessionLimit: Duration
    /// How long a lane waits for the module before it gives up. Above `sessionLimit`.
    package var waitLimit: Duration

    package init(
        terminal: TerminalID, profile: SecureModuleProfile, wrongMAC2Maximum: Int = 3,
        sessionLimit: Duration = .seconds(6), waitLimit: Duration = .seconds(10)
    ) {
        invariant((1...15).contains(wrongMAC2Maximum), "a guard closes after 1 to 15 wrong MAC2 values")
        self.terminal = terminal
        self.profile = profile
        self.wrongMAC2Maximum = wrongMAC2Maximum
        self.sessionLimit = sessionLimit
        self.waitLimit = waitLimit
    }
}
