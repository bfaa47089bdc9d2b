import Payments

/// How one campus set up its secure modules: data, not code.
package struct SecureModuleProfile: Sendable, Hashable {
    /// Where the purchase keys are.
    package enum Application: Sendable, Hashable {
        /// In the master file: nothing is selected.
        case masterFile
        /// By application identifier or name, 1 to 16 bytes.
        case name([UInt8])
        /// By file identifier, for example 1001, DF01 or DF03.
        case file(UInt16)
    }

    package let application: Application

    package init(application: Application) {
        if case .name(let bytes) = application {
            invariant((1...16).contains(bytes.count), "an application name has 1 to 16 bytes")
        }
        self.application = application
    }

    /// The SELECT that finds the application; `nil` when the keys are in the master file.
    package var selectCommand: CommandAPDU? {
        switch application {
        case .masterFile: nil
        case .name(let bytes): GeneralCommand.select(name: bytes)
        case .file(let identifier): GeneralCommand.select(file: identifier)
        }
    }
}
