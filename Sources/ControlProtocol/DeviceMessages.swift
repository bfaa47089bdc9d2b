/// `GET /v1/readers`: the readers of the smart-card service, in its order.
package struct ReadersMessage: Codable, Sendable, Hashable {
    /// One slot of one reader.
    package struct Reader: Codable, Sendable, Hashable {
        /// Its PC/SC name.
        package var name: String
        package var serialNumber: String?
        /// USB port, `1-1.2`.
        package var port: String?
        /// What it is known as; `unknown` for a reader of which nothing is known.
        package var model: String
        /// How it takes value commands of memory cards; absent when it must not be sent any.
        package var valueDialect: String?
        /// Whether its lights and buzzer are used.
        package var feedback: Bool
        package var secureModuleSlot: Bool
        package var working: Bool
        package var hasCard: Bool
        /// The lane that has it, or `secure module`; absent when it is free.
        package var user: String?
        /// What names it in the configuration.
        package var selector: String

        package init(
            name: String, serialNumber: String?, port: String?, model: String, valueDialect: String?, feedback: Bool,
            secureModuleSlot: Bool, working: Bool, hasCard: Bool, user: String?, selector: String
        ) {
            self.name = name
            self.serialNumber = serialNumber
            self.port = port
            self.model = model
            self.valueDialect = valueDialect
            self.feedback = feedback
            self.secureModuleSlot = secureModuleSlot
            self.working = working
            self.hasCard = hasCard
            self.user = user
            self.selector = selector
        }
    }

    package var readers: [Reader]

    package init(readers: [Reader]) { self.readers = readers }
}

/// The secure module in `GET /v1/status`, and the answer to `POST /v1/secure-module/reset`.
package struct SecureModuleMessage: Codable, Sendable, Hashable {
    /// `ready`, `absent`, `wrong_terminal`, `guarded` or `faulty`.
    package var condition: String
    /// The terminal number that the module gave; absent before it was read.
    package var terminal: String?
    /// The last four digits of its serial number; absent before it was read.
    package var serialEnding: String?
    /// Wrong, or possibly wrong, MAC2 values since the last right one.
    package var wrongMAC2Count: Int
    /// Why no purchase is possible, `E1205: …`; absent for a module that is ready.
    package var fault: String?

    package init(
        condition: String, terminal: String?, serialEnding: String?, wrongMAC2Count: Int, fault: String?
    ) {
        self.condition = condition
        self.terminal = terminal
        self.serialEnding = serialEnding
        self.wrongMAC2Count = wrongMAC2Count
        self.fault = fault
    }
}

/// The body of `POST /v1/secure-module/reset`.
package struct SecureModuleResetMessage: Codable, Sendable, Hashable {
    /// `wrong_mac2` or `terminal_serial`.
    package var reset: String

    package init(reset: String) { self.reset = reset }
}
