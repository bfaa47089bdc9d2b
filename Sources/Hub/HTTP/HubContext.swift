import Hummingbird
import Logging

/// The context of one request.
package struct HubContext: RequestContext {
    package var coreContext: CoreRequestContextStorage

    package init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }
}
