import Foundation
import Hub
import Payments

/// Fetches an export page by page.
struct ExportPages {
    let from: BusinessDay?
    let through: BusinessDay?

    /// Gives all items to `take`, page by page.
    func walk<Item: Codable & Sendable & Hashable>(
        _ what: String, _ hub: HubOptions, take: (Item) throws -> Void
    ) async throws {
        try await walkPages(what, hub) { (page: ExportPage<Item>) in
            for item in page.items { try take(item) }
        }
    }

    /// Gives all pages to `take`. The first one fixes the moment for the rest.
    func walkPages<Item: Codable & Sendable & Hashable>(
        _ what: String, _ hub: HubOptions, take: (ExportPage<Item>) async throws -> Void
    ) async throws {
        var progress = ExportProgress()
        var (after, snapshot): (String?, Int64?) = (nil, nil)
        repeat {
            let page: ExportPage<Item> = try hub.decode(
                try await hub.client.get(
                    "/operator/v1/exports/\(what)",
                    [
                        ("from", from?.text), ("through", through?.text), ("snapshot", snapshot.map { String($0) }),
                        ("after", after), ("limit", String(HubLimits.pageItems)),
                    ]))
            try await take(page)
            progress.add(page.items.count, of: page.total)
            (after, snapshot) = (page.next, page.snapshot)
        } while after != nil
        progress.end()
    }
}
