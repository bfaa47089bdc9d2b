import ArgumentParser
import ControlClient
import ControlProtocol

struct CardReadersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "readers",
        abstract: "Lists the readers, who uses them, and what names each in the configuration.",
        discussion: """
            The column CONFIGURE holds the text for "reader:" of a lane in /etc/campus-till/tilld.yaml. A serial \
            number or port goes on meaning the same reader when readers are plugged in again; a name need not.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Column heads in Chinese (default: when LANG begins with zh).")
    var chinese = false

    func run() async throws {
        try await common.run {
            let message = try await common.client.readers()
            if common.json { return try common.printJSON(message) }
            print(ReaderTable(message, isChinese: chinese || Language.prefersChinese).text)
        }
    }
}

/// The readers for people.
struct ReaderTable {
    let text: String

    init(_ message: ReadersMessage, isChinese: Bool) {
        guard !message.readers.isEmpty else {
            text =
                isChinese
                ? "没有读卡器：请检查连接和 pcscd 服务"
                : "no readers: check their cables and the smart-card service (pcscd)"
            return
        }
        let heads =
            isChinese
            ? ["读卡器", "序列号", "端口", "型号", "值指令", "声光", "状态", "使用者", "配置写法"]
            : ["READER", "SERIAL", "PORT", "MODEL", "VALUES", "FEEDBACK", "STATE", "USED BY", "CONFIGURE"]
        let rows = message.readers.map { reader in
            [
                reader.name, reader.serialNumber ?? "-", reader.port ?? "-", reader.model,
                reader.valueDialect ?? "-", reader.feedback ? "yes" : "-", Self.state(reader), reader.user ?? "-",
                reader.selector,
            ]
        }
        let widths = heads.indices.map { column in ([heads] + rows).map { Self.width($0[column]) }.max() ?? 0 }
        text = ([heads] + rows).map { row in
            zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - Self.width(cell))
            }.joined(separator: "  ").trimmingTrailingSpaces
        }.joined(separator: "\n")
    }

    private static func state(_ reader: ReadersMessage.Reader) -> String {
        guard reader.working else { return "silent" }
        return reader.hasCard ? "card" : "empty"
    }

    /// Columns on a terminal: a Chinese character takes two.
    private static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) }
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
