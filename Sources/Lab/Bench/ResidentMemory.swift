import Foundation

/// What of a process lies in memory, in MiB, as the kernel counts it (proc(5), `status`).
struct ResidentMemory {
    /// VmRSS: everything below together.
    var total: Double
    /// RssAnon: the process's own data.
    var anonymous: Double
    /// RssFile: pages of programs and libraries, which processes share.
    var file: Double

    init(process: Int32) throws {
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        func mebibytes(_ name: String) throws -> Double {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            guard let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
            else { throw LabError("/proc/\(process)/status does not say \(name)") }
            return kibibytes / 1024
        }
        total = try mebibytes("VmRSS")
        anonymous = try mebibytes("RssAnon")
        file = try mebibytes("RssFile")
    }
}
