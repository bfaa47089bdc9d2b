import SmartCards

/// One reader of the service, with all that the daemon knows about it.
package struct ReaderInventoryEntry: Equatable, Sendable {
    /// Its PC/SC name.
    package let name: String
    package let identity: ReaderIdentity
    /// What is peculiar to its model.
    package let quirks: ReaderQuirks
    /// Whether it answers.
    package let isWorking: Bool
    /// Whether a card lies on it.
    package let hasCard: Bool
    /// Name of the ``PCSCCardReader`` that has it; `nil` when it is free.
    package let user: String?
    /// Names of all whose selector fits it, in the order in which they were opened.
    package let candidates: [String]
}
