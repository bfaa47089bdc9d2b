import Hub
import HubProtocol
import Payments

/// What a hub was asked by one terminal and the card office, and what it answered, remembered outside of it. It lives
/// through crashes of the hub.
package struct HubWitness: Sendable {
    /// A request for a hold, and the answer if there was one.
    package struct Hold: Sendable {
        package var terms: HoldTerms
        package var verdict: HoldVerdict?
    }

    package let terminal: TerminalID
    package let journal: JournalID
    package let publicKey: [UInt8]
    /// The terminal's journal, from its first record on.
    package private(set) var records: [JournalRecord] = []
    /// How many of the records have been sent at least once.
    package private(set) var sentCount = 0
    /// The furthest acknowledgement that the terminal heard.
    package private(set) var acknowledged: Acknowledgement
    package private(set) var holds: [TransactionID: Hold] = [:]
    /// Money paid in, by reference, and whether the hub said that it has it.
    package private(set) var topUps: [String: (request: TopUpRequest, isConfirmed: Bool)] = [:]
    /// Accounts that the hub said are open.
    package private(set) var accounts: Set<AccountID> = []
    /// Cards that the hub said are reported lost.
    package private(set) var lostCards: Set<CardID> = []
    /// Findings that can only be made while it runs.
    package private(set) var findings: [CheckFinding] = []

    package init(terminal: TerminalID, journal: JournalID, publicKey: [UInt8]) {
        self.terminal = terminal
        self.journal = journal
        self.publicKey = publicKey
        acknowledged = Acknowledgement(sequence: 0, hash: .genesis(terminal: terminal, journal: journal))
    }

    /// The chain's hash after `sequence` records of the terminal.
    package func hash(after sequence: UInt64) -> JournalHash {
        records.prefix(Int(sequence)).reduce(.genesis(terminal: terminal, journal: journal)) { $0.following($1) }
    }

    /// The terminal wrote a record.
    package mutating func wrote(_ record: JournalRecord) { records.append(record) }

    /// The terminal sends records up to this one.
    package mutating func sends(through sequence: UInt64) { sentCount = max(sentCount, Int(sequence)) }

    /// The hub acknowledged.
    package mutating func heard(_ acknowledgement: Acknowledgement) {
        if acknowledgement.sequence > UInt64(sentCount) {
            findings.append(CheckFinding(12, "the hub acknowledged record \(acknowledgement.sequence), never sent"))
        } else if acknowledgement.hash != hash(after: acknowledgement.sequence) {
            findings.append(CheckFinding(5, "the hub acknowledged another history than the terminal's"))
        }
        if acknowledgement.sequence < acknowledged.sequence {
            findings.append(CheckFinding(12, "the hub went back to record \(acknowledgement.sequence)"))
        } else {
            acknowledged = acknowledgement
        }
    }

    package mutating func asks(_ terms: HoldTerms) {
        if holds[terms.transaction] == nil { holds[terms.transaction] = Hold(terms: terms, verdict: nil) }
    }

    /// The hub answered a hold, for the first time or again.
    package mutating func heard(_ verdict: HoldVerdict, about transaction: TransactionID) {
        if let earlier = holds[transaction]?.verdict, earlier != verdict {
            findings.append(CheckFinding(2, "the hold of trace number \(transaction.trace) has two answers"))
        }
        holds[transaction]?.verdict = verdict
    }

    /// The hub's file is from before holds were split between an account's two purses: it never said a split.
    package mutating func forgetHoldSplits() {
        for (transaction, hold) in holds {
            guard case .held(let account, let available, _)? = hold.verdict else { continue }
            holds[transaction]?.verdict = .held(account: account, available: available)
        }
    }

    package mutating func asks(_ request: TopUpRequest) {
        if topUps[request.reference] == nil { topUps[request.reference] = (request, false) }
    }

    /// The hub has the money.
    package mutating func heard(_ receipt: TopUpReceipt) {
        if let known = topUps[receipt.reference], known.isConfirmed, !receipt.repeated {
            findings.append(CheckFinding(12, "money paid in under \(receipt.reference) was confirmed and forgotten"))
        }
        topUps[receipt.reference]?.isConfirmed = true
    }

    package mutating func opened(_ account: AccountID) { accounts.insert(account) }

    package mutating func reportedLost(_ card: CardID) { lostCards.insert(card) }
}
