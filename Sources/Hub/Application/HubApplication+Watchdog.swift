extension HubApplication {
    /// Goes once through the store's connection, and says how the hub is; for the service manager's watchdog.
    package func look() async -> String {
        do {
            let figures = try await store.figures()
            return "\(figures.accounts) accounts, \(figures.terminals) terminals, "
                + "\(figures.openExceptions) open exceptions"
        } catch {
            return "store: \(error)"
        }
    }
}
