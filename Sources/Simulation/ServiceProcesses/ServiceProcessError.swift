/// A program of a test, demo or bench could not be started or did not do what was awaited.
package struct ServiceProcessError: Error, CustomStringConvertible {
    /// What failed, with the end of the program's log where there is one.
    package let description: String

    package init(_ description: String) { self.description = description }
}
