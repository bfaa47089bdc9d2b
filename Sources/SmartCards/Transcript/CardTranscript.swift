/// What went between a terminal and a card, with card numbers replaced and secrets hidden: a text that may be sent to
/// others and still be replayed. The format is `docs/reference/transcripts.md`.
package struct CardTranscript: Sendable, Hashable {
    /// One line about the recording.
    package struct Field: Sendable, Hashable {
        /// Lower-case letters.
        package var name: String
        /// Printable, without line ends.
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What happened, with microseconds since the recording began.
    package enum Step: Sendable, Hashable {
        /// The card got power.
        case connected(at: Int64)
        case sent(MaskedBytes, at: Int64)
        case answered(MaskedBytes, at: Int64)
        /// No answer; the number of the reader's error.
        case failed(Int, at: Int64)
    }

    package var fields: [Field]
    package var steps: [Step]

    package init(fields: [Field] = [], steps: [Step] = []) {
        self.fields = fields
        self.steps = steps
    }

    /// The first field called `name`.
    package func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// All fields called `name`, in their order.
    package func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// The answer to reset; `nil` when the transcript has none.
    package var answerToReset: MaskedBytes? { value("atr").flatMap { MaskedBytes(text: $0) } }
}
