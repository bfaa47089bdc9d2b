import Hummingbird
import Logging
import NIOCore

/// The context of one request.
package struct HubContext: RequestContext {
    package var coreContext: CoreRequestContextStorage

    /// The connection: its other end shows a certificate, or names an operator. `nil` for a request that came over no
    /// socket.
    let channel: (any Channel)?
    let peer = RequestPeer()

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// A request that came over no socket.
    init(logger: Logger) {
        coreContext = .init(source: InProcessSource(logger: logger))
        channel = nil
    }

    private struct InProcessSource: RequestContextSource {
        let logger: Logger
    }
}
