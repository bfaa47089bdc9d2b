/// One reader of the smart-card service, for the person who sets a terminal up.
package struct ReaderFacts: Sendable, Hashable {
    /// Its PC/SC name.
    package var name: String
    package var serialNumber: String?
    /// USB port as the kernel names it, `1-1.2`.
    package var port: String?
    /// The model of the table of peculiarities; `unknown` for a reader that is not in it.
    package var model: String
    /// How it takes value commands; `nil` when it must not be sent any.
    package var valueDialect: String?
    /// Whether its lights and buzzer are driven.
    package var givesFeedback: Bool
    /// Whether this slot is known to be a secure module's.
    package var isSecureModuleSlot: Bool
    package var isWorking: Bool
    package var hasCard: Bool
    /// The lane that has it, or `secure module`; `nil` when it is free.
    package var user: String?
    /// What names this reader and no other in the configuration.
    package var selector: String

    package init(
        name: String, serialNumber: String?, port: String?, model: String, valueDialect: String?,
        givesFeedback: Bool, isSecureModuleSlot: Bool, isWorking: Bool, hasCard: Bool, user: String?,
        selector: String
    ) {
        self.name = name
        self.serialNumber = serialNumber
        self.port = port
        self.model = model
        self.valueDialect = valueDialect
        self.givesFeedback = givesFeedback
        self.isSecureModuleSlot = isSecureModuleSlot
        self.isWorking = isWorking
        self.hasCard = hasCard
        self.user = user
        self.selector = selector
    }
}
