import Devices
import Payments
import SmartCards

/// Two lanes whose selectors can fit the same reader.
///
/// Which lane gets a reader then depends on the order of the readers, which changes when one is plugged in again: a
/// card at one counter could pay the amount of the other.
struct ReaderOverlap: Equatable, CustomStringConvertible {
    let lanes: [LaneID]
    let selectors: [ReaderSelector]

    var description: String {
        "lanes \(lanes[0]) (\"\(selectors[0])\") and \(lanes[1]) (\"\(selectors[1])\") may get each other's reader; "
            + "name each reader by serial: or port: (\"till card readers\" shows them)"
    }

    /// All pairs of lanes of which at least one says no more than a name pattern, and may get what the other means.
    static func find(_ lanes: [DaemonConfiguration.Lane]) -> [ReaderOverlap] {
        var found: [ReaderOverlap] = []
        for (index, lane) in lanes.enumerated() {
            for other in lanes[(index + 1)...] {
                guard let left = lane.reader, let right = other.reader, mayShare(left, right) else { continue }
                found.append(ReaderOverlap(lanes: [lane.id, other.id], selectors: [left, right]))
            }
        }
        return found
    }

    private static func mayShare(_ left: ReaderSelector, _ right: ReaderSelector) -> Bool {
        guard isWildcard(left) || isWildcard(right) else { return false }
        return haveCommonText(pattern(left), pattern(right))
    }

    private static func isWildcard(_ selector: ReaderSelector) -> Bool {
        !selector.namesDevice && pattern(selector).contains(UInt8(ascii: "*"))
    }

    private static func pattern(_ selector: ReaderSelector) -> [UInt8] {
        Array((selector.name?.description ?? "*").utf8)
    }

    /// Whether some text fits both patterns. Row by row over the prefixes of `left`: `row[j]` says whether a text can
    /// fit what was read of `left` and the first `j` bytes of `right`.
    private static func haveCommonText(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let star = UInt8(ascii: "*")
        var row = [true]
        for byte in right { row.append(byte == star && row[row.count - 1]) }
        for byte in left {
            var next = [byte == star && row[0]]
            for (index, other) in right.enumerated() {
                // A star stands for nothing, or for what the other pattern has there.
                let isFit = byte == star || other == star ? row[index + 1] || next[index] : byte == other && row[index]
                next.append(isFit)
            }
            row = next
        }
        return row[right.count]
    }
}
