import Hummingbird
import Logging
import NIOCore

/// The context of one request.
package struct HubContext: RequestContext {
    package var coreContext: CoreRequestContextStorage

    /// The connection, whose other end names an operator.
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
