import Payments

/// What an operator can set back about a secure module.
package enum SecureModuleReset: String, Sendable, CaseIterable {
    /// The count of wrong MAC2 values, and with it the guard.
    case wrongMAC2 = "wrong_mac2"
    /// The last terminal serial: another module is accepted for this terminal.
    case terminalSerial = "terminal_serial"
}

/// The secure module as the operator sees it.
package struct SecureModuleOffice: Sendable {
    package typealias Reset = @Sendable (SecureModuleReset) async throws(SecureModuleError) -> Void

    private let module: (any SecureModule)?
    private let resetModule: Reset?

    /// - Parameters:
    ///   - module: `nil` for a terminal without one.
    ///   - reset: sets something back; `nil` for a module that keeps nothing of the kind.
    package init(module: (any SecureModule)? = nil, reset: Reset? = nil) {
        self.module = module
        resetModule = reset
    }

    /// How the module is now; `nil` without one.
    package func status() async -> SecureModuleStatus? { await module?.status() }

    /// Sets something back, and says how the module is then.
    ///
    /// - Throws: ``SecureModuleRefusal`` without a PSAM, ``SecureModuleError`` when it cannot be stored.
    package func reset(_ what: SecureModuleReset) async throws -> SecureModuleStatus {
        guard let module, let resetModule else { throw SecureModuleRefusal(.noPSAM) }
        try await resetModule(what)
        return await module.status()
    }
}

/// The operator asked for something that this terminal's secure module does not have. Numbers 6151–6199.
package struct SecureModuleRefusal: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case noPSAM = 6151
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var number: Int { code.rawValue }

    package var message: String {
        switch code {
        case .noPSAM: "this terminal has no PSAM: there is nothing to set back"
        }
    }
}
