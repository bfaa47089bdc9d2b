/// A page of an operator's list.
package struct Page<Item: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
    package var items: [Item]
    /// What to give as `after` for the next page; absent on the last one.
    package var next: String?

    package init(items: [Item], next: String? = nil) {
        self.items = items
        self.next = next
    }

    /// Cuts `items`, fetched with one more than `limit`, to the page.
    init(fetched items: [Item], limit: Int, cursor: (Item) -> String) {
        self.items = Array(items.prefix(limit))
        next = items.count > limit ? self.items.last.map(cursor) : nil
    }
}

/// Which page of a list.
package struct PageRequest: Sendable, Hashable {
    /// The `next` of the page before; `nil` for the first page.
    package var after: String?
    package var limit: Int

    package init(after: String? = nil, limit: Int = HubLimits.pageItemsStandard) {
        self.after = after
        self.limit = limit
    }
}
