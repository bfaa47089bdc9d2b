import ArgumentParser
import CodeRendering
import Foundation

/// How a payment code is shown.
enum CodeFormat: String, CaseIterable, ExpressibleByArgument {
    /// The digits and a line end.
    case text
    /// A QR code in block characters for this terminal.
    case qr
    /// A QR code as a PNG picture.
    case png
    /// A QR code as an SVG picture.
    case svg
}

/// Turns a payment code into what the payer shows.
enum CodeOutput {
    /// Pixels of one module in pictures: a version 6 symbol is 392 pixels wide, sharp on a phone and for a scanner.
    private static let scale = 8

    /// The bytes to print or to put into a file.
    ///
    /// - Parameters:
    ///   - text: the code as the hub issued it: digits only.
    ///   - format: how to show it.
    static func render(_ text: String, as format: CodeFormat) throws -> Data {
        if format == .text { return Data((text + "\n").utf8) }
        let symbol: QRSymbol
        do throws(QRSymbolError) {
            symbol = try QRSymbol(text: text)
            switch format {
            case .text: return Data((text + "\n").utf8)
            case .qr: return Data(symbol.terminalText(theme: .dark).utf8)
            case .png: return Data(try symbol.png(scale: scale))
            case .svg: return Data(try symbol.svg(scale: scale).utf8)
            }
        } catch {
            throw CommandFailure(.data, error.description)
        }
    }
}
