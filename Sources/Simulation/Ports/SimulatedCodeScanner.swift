import Synchronization
import Terminal

/// A code scanner in memory.
package final class SimulatedCodeScanner: CodeScanner {
    /// Events kept while nobody reads.
    package static let eventsKept = 16

    package let name: String
    package let events: AsyncStream<CodeScannerEvent>
    private let tell: AsyncStream<CodeScannerEvent>.Continuation
    private let isPluggedIn = Mutex(true)

    package init(name: String) {
        self.name = name
        (events, tell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.eventsKept))
        tell.yield(.available)
    }

    deinit { tell.finish() }

    /// One whole scan, without a line end. An empty one is none; one that is too long is thrown away.
    package func scan(_ bytes: [UInt8]) {
        isPluggedIn.withLock { isPluggedIn in
            guard isPluggedIn, !bytes.isEmpty else { return }
            let fits = bytes.count <= CodeScannerLimits.maximumLength
            tell.yield(fits ? .scanned(bytes) : .discarded(CodeScannerError(.scanTooLong)))
        }
    }

    /// Pulls the plug.
    package func unplug() {
        isPluggedIn.withLock { isPluggedIn in
            guard isPluggedIn else { return }
            isPluggedIn = false
            tell.yield(.unavailable(CodeScannerError(.scannerUnavailable, detail: "unplugged")))
        }
    }

    /// Plugs it in again.
    package func plug() {
        isPluggedIn.withLock { isPluggedIn in
            guard !isPluggedIn else { return }
            isPluggedIn = true
            tell.yield(.available)
        }
    }

    package func close() async { tell.finish() }
}
