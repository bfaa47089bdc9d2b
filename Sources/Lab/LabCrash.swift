import CrashPoints

/// The Nth time of a marked moment, at which a process of the lab ends itself.
package struct LabCrash: Sendable, CustomStringConvertible {
    package var point: CrashPoint
    /// 1 for the first time.
    package var time: Int

    package init(_ point: CrashPoint, time: Int) {
        self.point = point
        self.time = time
    }

    package var description: String { "\(point.rawValue):\(time)" }

    var environment: [String: String] { [CrashPoint.variable: description] }
}
