import ArgumentParser
import ControlClient
import ControlProtocol
import Glibc
import Payments

struct CardRecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Writes down what goes between terminal and card.",
        discussion: """
            Of an examination, or with --sale of the tap of the next sale at the lane, which is armed elsewhere and \
            runs as always. Card numbers are replaced by others of the same form; PINs, keys and unknown data are \
            hidden. The file says what stays.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var options: CardOptions

    @Option(help: ArgumentHelp("The file; it must not exist yet.", valueName: "file"))
    var output: String

    @Flag(help: "Record the tap of the next sale instead of an examination.")
    var sale = false

    func run() async throws {
        try await common.run {
            let client = common.client
            let lane = try await options.chosenLane(client)
            // Before the card is there: a tap cannot be repeated for the sake of a wrong path.
            let file = try TranscriptFile(path: output)
            let transcript: String?
            do {
                transcript = try await sale ? recordSale(client, lane) : examine(client, lane)
            } catch {
                file.remove()
                throw error
            }
            guard let transcript else {
                file.remove()
                printError("till: no card came within \(options.timeout) s")
                throw ExitCode(1)
            }
            try file.write(transcript)
            if common.json {
                try common.printJSON(["file": output])
            } else {
                print("\(output)  \(transcript.utf8.count { $0 == UInt8(ascii: "\n") }) lines")
            }
        }
    }

    private func examine(_ client: ControlClient, _ lane: LaneID) async throws -> String? {
        let wait = CardWait(timeout: options.timeout, prompt: common.json ? nil : "\(lane): present a card  请放卡")
        return try await wait.value { try await client.examination(lane: lane, wait: $0)?.transcript }
    }

    private func recordSale(_ client: ControlClient, _ lane: LaneID) async throws -> String? {
        _ = try await client.recordTap(lane: lane)
        let prompt = common.json ? nil : "\(lane): waiting for the card of the next sale  等待下一笔刷卡"
        let wait = CardWait(timeout: options.timeout, prompt: prompt)
        let transcript = try await wait.value { try await client.recordedTap(lane: lane, wait: $0).transcript }
        _ = try await client.endRecording(lane: lane)
        return transcript
    }
}

/// A new file for a transcript, readable by its owner only.
struct TranscriptFile {
    private let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            printError("till: \(path): \(String(cString: strerror(errno)))")
            throw ExitCode(73)
        }
    }

    /// Writes the whole text and closes the file.
    func write(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                printError("till: \(path): \(String(cString: strerror(errno)))")
                throw ExitCode(74)
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
    }

    /// Takes the empty file away again.
    func remove() {
        close(descriptor)
        unlink(path)
    }
}
