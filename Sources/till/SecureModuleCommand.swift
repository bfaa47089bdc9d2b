import ArgumentParser
import ControlClient
import ControlProtocol
import Glibc
import Payments

/// What an operator does about the PSAM.
struct SecureModuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secure-module", abstract: "Sets back what the terminal remembers about its PSAM.",
        subcommands: [SecureModuleResetCommand.self])
}

struct SecureModuleResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Releases a guarded PSAM, or accepts another one.",
        discussion: """
            First find out why. Wrong card proofs come from copied cards or from a wrong key; with the count set back \
            the module may be asked again, and locks its key for good after some more. A serial that did not advance \
            means that the module was changed or copied. "till status" shows how the module is.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Set back the count of wrong card proofs (MAC2), so that the module is used again.")
    var wrongMac2 = false

    @Flag(help: "Forget the last terminal serial, so that another module is accepted.")
    var serial = false

    @Flag(help: "Do not ask.")
    var yes = false

    func validate() throws {
        guard wrongMac2 != serial else { throw ValidationError("name one of --wrong-mac2 and --serial") }
    }

    func run() async throws {
        try await common.run {
            try confirm()
            let module = try await common.client.resetSecureModule(wrongMac2 ? "wrong_mac2" : "terminal_serial")
            if common.json { return try common.printJSON(module) }
            print(SecureModuleText(module).text)
        }
    }

    private func confirm() throws {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1 else {
            printError("till: there is nobody to ask; say --yes if you are sure")
            throw ExitCode(64)
        }
        let question =
            wrongMac2
            ? "Set back the count of wrong card proofs? The module may lock its key after further ones."
            : "Forget the terminal serial? Any module of this terminal is then accepted."
        printError("\(question) [y/N]")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            printError("till: nothing was changed")
            throw ExitCode(1)
        }
    }
}

/// The secure module on one line.
struct SecureModuleText {
    let text: String

    init(_ module: SecureModuleMessage) {
        var line = module.condition == "ready" ? "ready" : module.condition.uppercased()
        if let ending = module.serialEnding { line += "  …\(ending)" }
        if let terminal = module.terminal { line += "  terminal \(terminal)" }
        if module.wrongMAC2Count > 0 { line += "  wrong MAC2 \(module.wrongMAC2Count)" }
        if let fault = module.fault { line += "  \(fault)" }
        text = line
    }
}
