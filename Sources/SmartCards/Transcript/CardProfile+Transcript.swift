import Payments

extension CardProfile {
    /// How a transcript names the profile: `purse A00000000386980701 key 01 proof module`, `identity`.
    package var transcriptText: String {
        switch self {
        case .purse(let profile):
            "purse \(profile.application.configurationText) key \(Hex.encode([profile.purchaseKeyIndex])) proof "
                + (profile.proof == .none ? "none" : "module")
        case .desfire: "desfire"
        case .mifareClassic: "mifare_classic"
        case .identityOnly: "identity"
        }
    }

    /// Reads ``transcriptText``. What keys are derived with is not in it: a replay plays the secure module too.
    package init?(transcriptText text: String) {
        let words = text.split(separator: " ")
        if words == ["identity"] {
            self = .identityOnly(IdentityProfile(name: "identity_only"))
            return
        }
        guard words.count == 6, words[0] == "purse", words[2] == "key", words[4] == "proof",
            let name = Hex.decode(words[1]), let key = Hex.decode(words[3]), key.count == 1,
            words[5] == "none" || words[5] == "module", (1...16).contains(name.count)
        else { return nil }
        self = .purse(
            PurseProfile(
                name: "campus",
                application: name.count == 2 ? .file(UInt16(name[0]) << 8 | UInt16(name[1])) : .name(name),
                purchaseKeyIndex: key[0],
                proof: words[5] == "none" ? .none : .secureModule(factors: [.applicationSerial])))
    }
}
