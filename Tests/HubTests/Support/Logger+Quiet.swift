import Logging

extension Logger {
    /// Says only what is critical.
    static var quiet: Logger {
        var logger = Logger(label: "hub-tests")
        logger.logLevel = .critical
        return logger
    }
}
