extension SecureModuleRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The terminal only: the factors are most of the card's number.
    package var description: String { "secure module request of terminal \(terminal)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
