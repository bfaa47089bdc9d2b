import Logging
import Payments
import ServiceLifecycle

/// Closes each business day when its grace is over.
///
/// Closing is one commit and leaves a closed day alone, so it does not matter how often this looks, or whether the hub
/// was off at the time.
struct DayCloser: Service {
    let store: any DayStore
    /// How long after the cut-over terminals may still deliver.
    let grace: Duration
    let clock: any HubClock
    let logger: Logger

    /// How often it looks: the wall clock may be set, so there is no one long wait for the moment.
    private static let interval = Duration.seconds(30)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await look()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Closes what is due. A failure is told and tried again: it must not stop the hub.
    func look() async {
        let now = clock.now()
        do {
            let closing = try await store.closeDays(
                through: nil, overAt: now.advanced(by: .zero - grace), operator: nil, now: now)
            for day in closing.closed {
                logger.notice(
                    "business day closed",
                    metadata: ["day": "\(day.day)", "postings": "\(day.postings)", "late": "\(day.late)"])
            }
        } catch {
            logger.error("a business day could not be closed", metadata: ["error": "\(error)"])
        }
    }
}
