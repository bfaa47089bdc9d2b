import Hummingbird
import Logging
import NIOCore

/// The context of one request.
package struct HubContext: RequestContext {
    package var coreContext: CoreRequestContextStorage

    /// The connection: its other end shows a certificate, or names an operator.
    let channel: any Channel
    let peer = RequestPeer()

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
