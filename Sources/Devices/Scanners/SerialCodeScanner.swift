import Payments
import Terminal

/// A barcode scanner on a serial line or a USB virtual serial port, read by a thread of its own.
///
/// A missing or unplugged scanner is opened again, with growing pauses, until it returns or the scanner is closed.
/// Repeated scans of one code are passed on: the debit decides whether a code was used.
package final class SerialCodeScanner: CodeScanner {
    /// Events kept while nobody reads. A scan that waits behind sixteen others belongs to a customer who has left.
    package static let eventsKept = 16

    package let name: String
    package let events: AsyncStream<CodeScannerEvent>
    private let stop: ThreadStop

    /// Starts to watch the device at `path`, which need not exist yet. `path` should be a link that udev makes for
    /// this one scanner: device numbers change when scanners are plugged in another order.
    package init(name: String, path: String, speed: SerialSpeed = .baud115200) throws(CodeScannerError) {
        self.name = name
        let stop = try ThreadStop()
        self.stop = stop
        let (stream, continuation) = AsyncStream.makeStream(
            of: CodeScannerEvent.self, bufferingPolicy: .bufferingNewest(Self.eventsKept))
        events = stream
        let result = DeviceThread.start(name: "scan-\(name)") {
            var loop = SerialScannerLoop(path: path, speed: speed, stop: stop, events: continuation)
            loop.run()
            continuation.finish()
            stop.markEnded()
        }
        guard result == 0 else {
            stop.markEnded()
            throw CodeScannerError(.scannerUnavailable, detail: "pthread_create: errno \(result)")
        }
    }

    deinit { stop.request() }

    package func close() async {
        stop.request()
        await stop.waitUntilEnded()
    }
}
