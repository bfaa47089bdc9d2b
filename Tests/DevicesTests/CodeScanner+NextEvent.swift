import Terminal

extension CodeScanner {
    /// The next event; waits for it.
    func nextEvent() async -> CodeScannerEvent? {
        var iterator = events.makeAsyncIterator()
        return await iterator.next()
    }
}
