import ArgumentParser

/// Looking at cards.
struct CardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Explains the card on a reader, records what it says, or lists the readers.",
        subcommands: [CardProbeCommand.self, CardRecordCommand.self, CardReadersCommand.self])
}
