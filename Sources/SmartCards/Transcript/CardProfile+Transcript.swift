import Payments

extension CardProfile {
    /// How a transcript names the profile, for example `purse A00000000386980701 key 01 proof module tender purse`.
    ///
    /// Says what the terminal sends, and holds no key. The other forms:
    /// `desfire F54230 messaging ev2 key 01 diversified uidkey 02`, `mifare_classic block 04 key a`, `identity`,
    /// `identity reversed`.
    package var transcriptText: String {
        switch self {
        case .purse(let profile): profile.transcriptText
        case .desfire(let profile): profile.transcriptText
        case .mifareClassic(let profile):
            "mifare_classic block \(Hex.encode([profile.identity.block.number])) key \(profile.identity.key.kind)"
        case .identityOnly(let profile): profile.transform == .reversed ? "identity reversed" : "identity"
        }
    }

    /// Reads ``transcriptText``. What keys are derived with is not in it: a replay plays the secure module too. Keys of
    /// the other cards are zeros, which an examination never uses.
    package init?(transcriptText text: String) {
        var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)[...]
        let profile: CardProfile?
        switch words.popFirst() {
        case "purse": profile = PurseProfile(transcriptWords: &words).map { .purse($0) }
        case "desfire": profile = DESFireProfile(transcriptWords: &words).map { .desfire($0) }
        case "mifare_classic": profile = MIFAREClassicProfile(transcriptWords: &words).map { .mifareClassic($0) }
        case "identity":
            let isReversed = words.take("reversed")
            profile = .identityOnly(
                IdentityProfile(name: "identity_only", transform: isReversed ? .reversed : .asRead))
        default: profile = nil
        }
        guard let profile, words.isEmpty else { return nil }
        self = profile
    }
}

extension PurseProfile {
    fileprivate var transcriptText: String {
        var text = "purse \(application.configurationText) key \(Hex.encode([purchaseKeyIndex])) proof "
        text += proof == .none ? "none" : "module"
        if tender == .purse { text += " tender purse" }
        if let load { text += " load \(Hex.encode([load.keyIndex])) pin \(load.isPINNeeded ? "needed" : "none")" }
        return text
    }

    fileprivate init?(transcriptWords words: inout ArraySlice<String>) {
        guard let application = words.popFirst().flatMap({ Application(configurationText: $0) }),
            let key = words.byte(after: "key"), words.take("proof"), let proof = words.popFirst(),
            proof == "none" || proof == "module"
        else { return nil }
        let isPaying = words.take("tender")
        guard !isPaying || words.take("purse") && proof == "module" else { return nil }
        var load: Load?
        if words.first == "load" {
            guard let key = words.byte(after: "load"), words.take("pin"), let pin = words.popFirst(),
                pin == "needed" || pin == "none"
            else { return nil }
            load = Load(keyIndex: key, isPINNeeded: pin == "needed")
        }
        self.init(
            name: "campus", application: application, purchaseKeyIndex: key,
            proof: proof == "none" ? .none : .secureModule(factors: [.applicationSerial]),
            tender: isPaying ? .purse : .account, load: load)
    }
}

extension PurseProfile.Application {
    /// Reads ``configurationText``; a directory is that of the usual payment environment.
    fileprivate init?(configurationText text: String) {
        let directory = "directory:"
        if text.hasPrefix(directory) {
            guard let prefix = Hex.decode(text.dropFirst(directory.count)), prefix.count <= 16 else { return nil }
            self = .directory(environment: Self.paymentEnvironment, prefix: prefix)
            return
        }
        guard let name = Hex.decode(text), (1...16).contains(name.count) else { return nil }
        self = name.count == 2 ? .file(UInt16(name[0]) << 8 | UInt16(name[1])) : .name(name)
    }
}

extension DESFireProfile {
    fileprivate var transcriptText: String {
        let rule =
            switch messaging {
            case .bestOfCard: "best"
            case .exactly(.ev1): "ev1"
            case .exactly(.ev2): "ev2"
            }
        let source = key.source.needsUID ? "diversified" : "fixed"
        return "desfire \(application) messaging \(rule) key \(Hex.encode([key.number])) \(source)"
            + (uidKey.map { " uidkey \(Hex.encode([$0.number]))" } ?? "")
    }

    fileprivate init?(transcriptWords words: inout ArraySlice<String>) {
        guard let bytes = words.popFirst().flatMap({ Hex.decode($0) }), bytes.count == 3,
            let application = DESFireApplicationID(bytes.reduce(0) { $0 << 8 | UInt32($1) }),
            words.take("messaging"), let messaging = words.popFirst().flatMap({ MessagingRule(transcriptText: $0) }),
            let number = words.byte(after: "key"), number <= 13, let source = words.popFirst(),
            source == "fixed" || source == "diversified", let zeros = AESKey([UInt8](repeating: 0, count: 16))
        else { return nil }
        var uidKey: Key?
        if words.first == "uidkey" {
            guard let number = words.byte(after: "uidkey"), number <= 13 else { return nil }
            uidKey = Key(number: number, source: .fixed(zeros))
        }
        self.init(
            name: "campus", application: application,
            key: Key(
                number: number, source: source == "fixed" ? .fixed(zeros) : .diversified(master: zeros, by: [.uid])),
            uidKey: uidKey, messaging: messaging, identity: .uid)
    }
}

extension DESFireProfile.MessagingRule {
    fileprivate init?(transcriptText text: String) {
        switch text {
        case "best": self = .bestOfCard
        case "ev1": self = .exactly(.ev1)
        case "ev2": self = .exactly(.ev2)
        default: return nil
        }
    }
}

extension MIFAREClassicProfile {
    fileprivate init?(transcriptWords words: inout ArraySlice<String>) {
        guard let block = words.byte(after: "block"), words.take("key"), let kind = words.popFirst(),
            kind == "a" || kind == "b",
            let key = MIFAREClassicKey(kind == "a" ? .a : .b, fixed: [UInt8](repeating: 0, count: 6)),
            let field = MIFAREClassicIdentityField(block: block, offset: 0, length: 8, encoding: .binary, key: key)
        else { return nil }
        self.init(name: "classic", identity: field)
    }
}

extension ArraySlice<String> {
    /// Takes the next word when it is this one.
    fileprivate mutating func take(_ word: String) -> Bool {
        guard first == word else { return false }
        removeFirst()
        return true
    }

    /// Takes the word and the two hexadecimal digits behind it.
    fileprivate mutating func byte(after word: String) -> UInt8? {
        guard take(word), let bytes = popFirst().flatMap({ Hex.decode($0) }), bytes.count == 1 else { return nil }
        return bytes[0]
    }
}
