/// Collects what is wrong with one configuration file while it is being read.
final class ConfigurationProblems {
    let file: String
    private var problems: [ConfigurationError.Problem] = []

    init(file: String) { self.file = file }

    /// Keeps a problem and gives it back as the error of the setting that has it.
    @discardableResult
    func report(_ code: ConfigurationError.Code, line: Int?, key: String?, _ text: String) -> ConfigurationError {
        let problem = ConfigurationError.Problem(code, file: file, line: line, key: key, text: text)
        problems.append(problem)
        return ConfigurationError([problem])
    }

    /// Everything reported so far in the order of the file; `nil` when there is nothing.
    var error: ConfigurationError? {
        guard !problems.isEmpty else { return nil }
        let inOrder = problems.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
        }
        return ConfigurationError(inOrder.map(\.element))
    }
}
