import Payments
import ServiceHost
import SmartCards

/// A card profile as the configuration describes it. Its keys, if it has any, are read when the daemon starts.
package enum ConfiguredCardProfile: Sendable {
    /// Needs no key of this terminal.
    case ready(CardProfile)
    case desfire(DESFireProfileDefinition)
    case mifareClassic(MIFAREClassicProfileDefinition)

    /// The profile with its keys.
    ///
    /// - Throws: ``ServiceHost/ConfigurationError`` that names the file or credential and the profile, when a key is
    ///   missing, open to others, or no such key. No byte of a key is in it.
    package func resolved(_ credentials: Credentials) throws(ConfigurationError) -> CardProfile {
        switch self {
        case .ready(let profile): profile
        case .desfire(let definition): .desfire(try definition.resolved(credentials))
        case .mifareClassic(let definition): .mifareClassic(try definition.resolved(credentials))
        }
    }
}

extension DaemonConfiguration {
    /// The profiles with their keys, in their order. The first key that cannot be used of every profile is
    /// reported.
    package func resolvedCardProfiles(
        _ credentials: Credentials = Credentials()
    ) throws(ConfigurationError) -> [CardProfile] {
        var profiles: [CardProfile] = []
        var problems: [ConfigurationError.Problem] = []
        for profile in cardProfiles {
            do throws(ConfigurationError) {
                profiles.append(try profile.resolved(credentials))
            } catch {
                problems += error.problems
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return profiles
    }
}
