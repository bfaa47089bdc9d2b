import Foundation
import Glibc

/// Says on standard error how far a long export is, where a person watches.
struct ExportProgress {
    private let isShown = isatty(FileHandle.standardError.fileDescriptor) == 1
    private var total: Int64?
    private var done: Int64 = 0
    private var last = ContinuousClock.now

    mutating func add(_ count: Int, of total: Int64?) {
        if let total { self.total = total }
        done += Int64(count)
        // Not more often than an eye follows.
        guard isShown, ContinuousClock.now - last > .milliseconds(200) else { return }
        last = .now
        let share = self.total.map { $0 > 0 ? " of \($0) (\(done * 100 / $0) %)" : "" } ?? ""
        say("\r\(done)\(share)")
    }

    func end() {
        if isShown { say("\r\(done) written\n") }
    }

    private func say(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
