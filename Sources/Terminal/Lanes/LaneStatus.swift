import Payments

/// A device of a lane; `fault` is what stands between it and working.
package struct DeviceStatus: Sendable, Hashable {
    package var name: String
    package var fault: String?

    package init(name: String, fault: String?) {
        self.name = name
        self.fault = fault
    }
}

/// A lane as status output shows it.
package struct LaneStatus: Sendable, Equatable {
    package var lane: LaneID
    package var display: LaneDisplay
    package var order: SaleOrder?
    /// Whether a card lies on the reader.
    package var hasCard: Bool
    package var reader: DeviceStatus?
    package var scanner: DeviceStatus?

    package init(
        lane: LaneID, display: LaneDisplay, order: SaleOrder?, hasCard: Bool, reader: DeviceStatus?,
        scanner: DeviceStatus?
    ) {
        self.lane = lane
        self.display = display
        self.order = order
        self.hasCard = hasCard
        self.reader = reader
        self.scanner = scanner
    }
}
