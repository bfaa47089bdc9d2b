import ArgumentParser

/// Looking at cards.
struct CardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Explains the card on a reader, or records what it says.",
        subcommands: [CardProbeCommand.self, CardRecordCommand.self])
}
