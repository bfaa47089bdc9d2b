import Devices
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

/// Runs `body` with a reader on the first slot, and closes everything afterwards.
func withReader(
    exchangeTimeout: Duration = .seconds(5),
    quirks: @escaping @Sendable (String) -> ReaderQuirks = { ReaderQuirks.of(readerName: $0) },
    _ body: (PCSCCardReader, EventLog, PcscdInstance) async throws -> Void
) async throws {
    try await withMonitoredReader(exchangeTimeout: exchangeTimeout, quirks: quirks) { reader, log, pcscd, _ in
        try await body(reader, log, pcscd)
    }
}

/// Like ``withReader(exchangeTimeout:quirks:_:)``, with the monitor, for a second reader: a process has one monitor.
func withMonitoredReader(
    exchangeTimeout: Duration = .seconds(5),
    quirks: @escaping @Sendable (String) -> ReaderQuirks = { ReaderQuirks.of(readerName: $0) },
    _ body: (PCSCCardReader, EventLog, PcscdInstance, PCSCReaderMonitor) async throws -> Void
) async throws {
    let pcscd = try await SharedPcscd.running()
    let monitor = PCSCReaderMonitor()
    let reader = PCSCCardReader(
        name: "lane1", matching: .named(ReaderNamePattern(PcscdInstance.readerNames[0])), monitor: monitor,
        exchangeTimeout: exchangeTimeout, quirks: quirks)
    let log = EventLog(reader)
    let result: Result<Void, any Error>
    do {
        try await body(reader, log, pcscd, monitor)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await reader.close()
    await monitor.close()
    try await eventually("the events end") { log.hasEnded }
    try result.get()
}

/// The code of the error that `body` throws; `nil` without one.
func code(_ body: () async throws(CardReaderError) -> Void) async -> CardReaderError.Code? {
    do throws(CardReaderError) {
        try await body()
        return nil
    } catch {
        return error.code
    }
}
