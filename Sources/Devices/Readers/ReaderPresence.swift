import SmartCards
import Terminal

/// Turns what the service reports about all readers into the events of each watch. Does no I/O.
///
/// A reader belongs to at most one watch: the first registered whose selector fits it. A watch keeps its reader as
/// long as that reader is there. A selector that names a device and fits several readers gets none of them.
struct ReaderPresence {
    /// An event for one watch.
    struct Delivery: Equatable {
        let watch: Int
        let event: CardReaderEvent
        /// The PC/SC name of the reader that the watch has after the event.
        let readerName: String?
    }

    private struct Watch {
        let number: Int
        let user: String
        let selector: ReaderSelector
        /// The watch's reader as last reported; `nil` without one.
        var reader: ReaderObservation?
        /// What was said about the lack of a reader, so that it is not said twice.
        var absence: CardReaderError.Code?
    }

    private var watches: [Watch] = []
    private var lastNumber = 0
    /// All readers; `nil` until the service has spoken and while it is gone.
    private var readers: [ReaderObservation]?
    private var serviceError: CardReaderError?

    /// Adds a watch and tells it what is known already.
    ///
    /// - Parameter user: the name of who watches, for the inventory.
    mutating func addWatch(_ selector: ReaderSelector, user: String = "") -> (number: Int, deliveries: [Delivery]) {
        lastNumber += 1
        watches.append(Watch(number: lastNumber, user: user, selector: selector))
        return (lastNumber, update())
    }

    /// Ends a watch; its reader is free for another.
    mutating func removeWatch(_ number: Int) -> [Delivery] {
        watches.removeAll { $0.number == number }
        return update()
    }

    /// The service reported these readers, all that it has.
    mutating func observe(_ readers: [ReaderObservation]) -> [Delivery] {
        serviceError = nil
        self.readers = readers
        return update()
    }

    /// The service is gone.
    mutating func loseService(_ error: CardReaderError) -> [Delivery] {
        serviceError = error
        readers = nil
        return update()
    }

    private mutating func update() -> [Delivery] {
        if let serviceError {
            return watches.indices.flatMap { loseReader(at: $0, serviceError) }
        }
        guard let readers else { return [] }
        var deliveries: [Delivery] = []
        for index in watches.indices {
            let selector = watches[index].selector
            if selector.namesDevice, let ambiguity = ambiguity(of: selector, among: readers) {
                deliveries += loseReader(at: index, CardReaderError(.readerAmbiguous, detail: ambiguity.description))
                continue
            }
            if let before = watches[index].reader {
                if let now = readers.first(where: { $0.isSame(as: before, for: selector) }) {
                    deliveries += compare(before, now, at: index)
                    continue
                }
                deliveries += loseReader(at: index, Self.noReader(selector))
            }
            deliveries += findReader(at: index, among: readers)
        }
        return deliveries
    }

    private mutating func findReader(at index: Int, among readers: [ReaderObservation]) -> [Delivery] {
        let taken = watches.compactMap(\.reader?.name)
        let selector = watches[index].selector
        let found = readers.first { $0.fits(selector) && !taken.contains($0.name) }
        guard let found else { return loseReader(at: index, Self.noReader(selector)) }
        watches[index].reader = found
        watches[index].absence = nil
        var deliveries = [delivery(.available, at: index)]
        if let card = found.card { deliveries.append(delivery(.inserted(answerToReset: card), at: index)) }
        return deliveries
    }

    private mutating func loseReader(at index: Int, _ error: CardReaderError) -> [Delivery] {
        watches[index].reader = nil
        if watches[index].absence == error.code { return [] }
        watches[index].absence = error.code
        return [delivery(.unavailable(error), at: index)]
    }

    private mutating func compare(
        _ before: ReaderObservation, _ now: ReaderObservation, at index: Int
    ) -> [Delivery] {
        watches[index].reader = now
        switch (before.card, now.card) {
        case (nil, let card?):
            return [delivery(.inserted(answerToReset: card), at: index)]
        case (.some, nil):
            return [delivery(.removed, at: index)]
        case (.some, let card?) where before.eventCount != now.eventCount:
            // The card left and came back, or another took its place, between two looks.
            return [delivery(.removed, at: index), delivery(.inserted(answerToReset: card), at: index)]
        case (.some, .some), (nil, nil):
            // A card that came and left between two looks is of no use to anybody: nothing is said about it.
            return []
        }
    }

    private func delivery(_ event: CardReaderEvent, at index: Int) -> Delivery {
        Delivery(watch: watches[index].number, event: event, readerName: watches[index].reader?.name)
    }

    private func ambiguity(of selector: ReaderSelector, among readers: [ReaderObservation]) -> ReaderAmbiguity? {
        let names = readers.filter { $0.fits(selector) }.map(\.name)
        return names.count > 1 ? ReaderAmbiguity(selector: selector, readerNames: names) : nil
    }

    private static func noReader(_ selector: ReaderSelector) -> CardReaderError {
        CardReaderError(.readerUnavailable, detail: "no free reader is called \(selector)")
    }
}

// MARK: - For the operator

extension ReaderPresence {
    /// Whether a watch has the reader of that name.
    func isTaken(_ readerName: String) -> Bool { watches.contains { $0.reader?.name == readerName } }

    /// The selectors that fit several readers now.
    var ambiguities: Set<ReaderAmbiguity> {
        Set(watches.compactMap { ambiguity(of: $0.selector, among: readers ?? []) })
    }

    /// All readers, in the service's order; empty while it is gone.
    var inventory: [ReaderInventoryEntry] {
        (readers ?? []).map { reader in
            ReaderInventoryEntry(
                name: reader.name, identity: reader.identity, quirks: ReaderQuirks.of(readerName: reader.name),
                isWorking: reader.isWorking, hasCard: reader.card != nil,
                user: watches.first { $0.reader?.name == reader.name }?.user,
                candidates: watches.filter { $0.selector.matches(reader.name, reader.identity) }.map(\.user))
        }
    }
}

extension ReaderObservation {
    fileprivate func fits(_ selector: ReaderSelector) -> Bool { isWorking && selector.matches(name, identity) }

    /// Whether this is the reader that a watch has had: the name may have gone over to another one of its model.
    fileprivate func isSame(as former: ReaderObservation, for selector: ReaderSelector) -> Bool {
        name == former.name && fits(selector)
    }
}
