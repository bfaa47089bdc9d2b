import Payments

/// An open session with one card, of either generation: sends one command at a time and opens its answer.
package struct DESFireChannel: Sendable {
    private enum Session {
        case ev1(DESFireEV1Session)
        case ev2(DESFireSession)
    }

    /// The secure messaging that the session speaks.
    package let messaging: DESFireMessaging
    private var session: Session
    private var current: DESFireCommand?

    package init(_ session: DESFireSession) {
        messaging = .ev2
        self.session = .ev2(session)
    }

    package init(_ session: DESFireEV1Session) {
        messaging = .ev1
        self.session = .ev1(session)
    }

    /// The EV2 session, which a further authentication continues.
    var ev2Session: DESFireSession? { if case .ev2(let session) = session { session } else { nil } }

    /// The exchange that sends `command`, protected.
    package mutating func send(_ command: DESFireCommand) throws(DESFireError) -> DESFireExchange {
        switch session {
        case .ev1(var legacy):
            let framed = command.framedByCard
            defer { session = .ev1(legacy) }
            current = framed
            return DESFireExchange(instruction: framed.instruction, body: try legacy.protect(framed))
        case .ev2(let modern):
            current = command
            return DESFireExchange(instruction: command.instruction, body: try modern.protect(command))
        }
    }

    /// The data of a successful answer to the last command.
    package mutating func open(_ answer: DESFireAnswer) throws(DESFireError) -> [UInt8] {
        guard let command = current else { fatalError("an answer was opened before any command") }
        current = nil
        switch session {
        case .ev1(var legacy):
            defer { session = .ev1(legacy) }
            return try legacy.open(answer, to: command)
        case .ev2(var modern):
            defer { session = .ev2(modern) }
            return try modern.open(answer, communication: command.communication)
        }
    }
}

/// A generation of secure messaging. The byte stands in stored evidence.
package enum DESFireMessaging: UInt8, Sendable, Hashable, CaseIterable, Comparable {
    /// After AuthenticateAES (AA), on cards from EV1 on.
    case ev1 = 1
    /// After AuthenticateEV2First (71), on cards from EV2 on.
    case ev2 = 2

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
