import Glibc

/// Open files that become a program's standard input, output and error. Each number is above 2.
package struct StandardStreams {
    package var input: Int32
    package var output: Int32
    package var error: Int32

    package init(input: Int32, output: Int32, error: Int32) {
        self.input = input
        self.output = output
        self.error = error
    }
}
