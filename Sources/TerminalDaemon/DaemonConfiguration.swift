import Devices
import HubProtocol
import Payments
import SmartCards
import Terminal
import Uplink

/// Everything that `/etc/campus-till/tilld.yaml` says, checked. `config/tilld.yaml` documents each key.
package struct DaemonConfiguration: Sendable {
    /// How the hub is reached.
    package struct Hub: Sendable {
        package var address: HubAddress
        package var secretCredential: String
        package var secretFile: String?
        package var budget: Duration
        package var pollInterval: Duration
        /// The hub's signing key as the operator names it; otherwise the first that the hub names is pinned.
        package var signingKey: HubVerifyingKey?
    }

    /// A scanner on a serial line.
    package struct Scanner: Sendable {
        package var device: String
        package var speed: SerialSpeed
    }

    /// One counter.
    package struct Lane: Sendable {
        package var id: LaneID
        package var reader: ReaderSelector?
        package var scanner: Scanner?
        package var armedFor: Duration
    }

    /// What checks that a purse card is genuine.
    package enum SecureModule: Sendable {
        case none
        /// Lab only: the file holds the purchase master key.
        case soft(keyFile: String)
        /// A PSAM in a reader of its own.
        case psam(reader: String, application: SecureModuleProfile.Application, wrongMAC2Maximum: Int)
    }

    package var terminal: TerminalID
    package var merchant: MerchantID
    package var timeZoneOffset: Int64
    package var stateDirectory: String
    package var controlSocket: String
    /// Where the terminal's key and certificate are, when the hub is reached over TLS.
    package var identityFile: String { stateDirectory + "/identity.pem" }
    package var hub: Hub
    package var lanes: [Lane]
    /// In the order in which they are tried.
    package var cardProfiles: [ConfiguredCardProfile]
    /// When meals are served.
    package var serviceWindows: ServiceWindows
    package var secureModule: SecureModule
    package var offline: OfflinePolicy
    package var codeLifetimeMaximum: Duration
    /// Until when sales can be refunded and voided.
    package var corrections: CorrectionRules
    package var logLevel: String
}
