/// What is peculiar to a model of reader: everything that PC/SC leaves open and that its manual, its driver or its
/// users report.
///
/// Found by the reader's PC/SC name. Nothing is guessed: of a reader that is not in ``table``, and of a property that
/// no source gives, nothing is assumed.
package struct ReaderQuirks: Sendable, Hashable {
    /// The model, for people.
    package let model: String
    /// Which PC/SC names belong to it.
    package let names: ReaderNamePattern
    /// How it wants value commands; `nil` means that it must not be sent any.
    package let valueDialect: ValueDialect?
    /// How its lights and buzzer are driven; `nil` without any that are documented.
    package let feedback: ReaderFeedback?
    /// Whether it notices late that a card has left after a key was loaded into it, unless the card's identifier is
    /// asked for now and then.
    package let needsRemovalPolling: Bool
    /// Whether it is known to report success without a single byte. Such an answer is always an error to us.
    package let givesEmptyAnswers: Bool
    /// Whether libccid passes escapes on to it only with bit 0 of `ifdDriverOptions` set.
    package let needsEscapeOption: Bool
    /// Longest command APDU that fits into one CCID message, in bytes; `nil` when it is not known.
    package let commandLengthMaximum: Int?
    /// Whether this slot holds a secure module rather than customers' cards.
    package let isSecureModuleSlot: Bool

    package init(
        _ model: String, names: String, valueDialect: ValueDialect? = nil, feedback: ReaderFeedback? = nil,
        needsRemovalPolling: Bool = false, givesEmptyAnswers: Bool = false, needsEscapeOption: Bool = false,
        messageLengthMaximum: Int? = nil, isSecureModuleSlot: Bool = false
    ) {
        self.model = model
        self.names = ReaderNamePattern(names)
        self.valueDialect = valueDialect
        self.feedback = feedback
        self.needsRemovalPolling = needsRemovalPolling
        self.givesEmptyAnswers = givesEmptyAnswers
        self.needsEscapeOption = needsEscapeOption
        commandLengthMaximum = messageLengthMaximum.map { $0 - Self.messageHeaderLength }
        self.isSecureModuleSlot = isSecureModuleSlot
    }

    /// Header of a CCID bulk message, in bytes (USB CCID 1.1, 6.1.4). `dwMaxCCIDMessageLength` counts it.
    private static let messageHeaderLength = 10

    /// What is known about the reader with this PC/SC name.
    package static func of(readerName: String) -> ReaderQuirks {
        table.first { $0.names.matches(readerName) } ?? unknown
    }

    /// A reader of which nothing is known: no dialect, no feedback, nothing assumed.
    package static let unknown = ReaderQuirks("unknown", names: "*")
}
