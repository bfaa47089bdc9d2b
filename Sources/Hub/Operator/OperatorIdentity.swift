/// Who asks on the operator socket: the user of the process at the other end, as the kernel names it.
package struct OperatorIdentity: Codable, Sendable, Hashable {
    package var uid: UInt32
    /// The user's name on the hub's machine.
    package var name: String

    package init(uid: UInt32, name: String) {
        self.uid = uid
        self.name = name
    }

    /// For lists: the name, with the number that counts.
    package var text: String { "\(name) (\(uid))" }
}
