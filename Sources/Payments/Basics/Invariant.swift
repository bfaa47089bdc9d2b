/// Stops the process when `condition` is false, in debug **and** release builds, and says why.
///
/// `precondition` prints nothing under `-O` and `assert` is gone there. A broken invariant near money must stop the
/// process and leave its reason in the log, so sources use this function instead.
/// The message must not contain card numbers, keys or payment codes.
@inline(always)
package func invariant(
    _ condition: @autoclosure () -> Bool,
    _ message: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    if !condition() { fatalError("invariant violated: \(message())", file: file, line: line) }
}
