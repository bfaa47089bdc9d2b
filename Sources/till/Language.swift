#if canImport(FoundationEssentials)
import FoundationEssentials
#endif

/// The language of the person at the command line.
enum Language {
    /// Whether the environment asks for Chinese.
    static var prefersChinese: Bool {
        let environment = ProcessInfo.processInfo.environment
        let name = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        return name?.hasPrefix("zh") ?? false
    }
}
