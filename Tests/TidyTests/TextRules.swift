/// What must not stand in a source, line by line.
enum TextRules {
    static let lineLength = 120
    static let fileLength = 500

    /// Where the system's clock may be read: at the edge, from where time is handed in.
    private static let clockReaders = ImportRules.executables.union(["Simulation", "ServiceHost", "Lab"])

    /// Where no floating point may be: next to money.
    private static let exact = Set(ImportRules.pure.keys)

    /// For all sources and tests.
    static func everywhere(_ file: SourceFile) -> [Finding] {
        var found: [Finding] = []
        for (index, line) in file.lines.enumerated() where line.count > lineLength {
            let problem = "\(line.count) columns, at most \(lineLength)"
            found.append(Finding(path: file.path, line: index + 1, problem: problem))
        }
        // The last element is what follows the last line end.
        if file.lines.count - 1 > fileLength {
            let problem = "\(file.lines.count - 1) lines, at most \(fileLength)"
            found.append(Finding(path: file.path, line: fileLength + 1, problem: problem))
        }
        found += file.findings(
            \.codeAndComments, words: ["TO" + "DO", "FIX" + "ME"], /\b(?:TO[D]O|FIX[M]E)\b/,
            "unfinished work has an issue, not a note")
        found += file.findings(
            \.code, words: ["sleep"], /\bThread\.sleep\b|\busleep\s*\(/, "never sleep on a thread")
        found += file.findings(
            \.code, words: ["unsafe"], /\bnonisolated\(unsafe\)/, "no nonisolated(unsafe)")
        found += file.findings(
            \.code, words: ["Process"], /\bProcess(\(\)|\.run\b)/,
            "no Foundation.Process, which reads past the entries of /proc/self/fd: use ProgramRun or ServiceProcess")
        return found
    }

    /// For the sources of the product.
    static func product(_ file: SourceFile) -> [Finding] {
        var found: [Finding] = []
        found += file.findings(
            \.code, words: ["try!"], /\btry!/, "no try!: handle or pass on the error")
        found += file.findings(
            \.code, words: ["as!"], /\bas!/, "no as!: a wrong type is an error, not a crash")
        found += file.findings(
            \.code, words: ["detached"], /\bTask\.detached\b/, "no Task.detached: structured tasks only")
        found += file.findings(
            \.code, words: ["precondition", "assert"],
            /(?:^|[^\w.])(?:precondition|assert|preconditionFailure|assertionFailure)\s*\(/,
            "use invariant(): it lives and speaks in release builds")
        if let module = file.module, !clockReaders.contains(module) {
            found += file.findings(
                \.code, words: ["Date"], /\bDate\(\)|\bDate\.now\b/, "time is handed in, not read")
        }
        if let module = file.module, exact.contains(module) {
            found += file.findings(
                \.code, words: ["Double", "Float", "CGFloat", "Decimal"],
                /\b(?:Double|Float|Float16|Float32|Float64|Float80|CGFloat|Decimal)\b/,
                "no floating point near money")
        }
        return found
    }
}
