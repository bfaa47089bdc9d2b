import PaymentCodes
import TestSupport
import Testing

@testable import CodeRendering

@Suite struct QRRenderingTests {
    @Test("a rendered PNG is read by an independent decoder", arguments: [1, 2, 3, 5, 8, 32])
    func png(scale: Int) throws {
        let text = try Campus().signer.sign(Campus.claims()).text
        let image = try QRSymbol(text: text).png(scale: scale)
        // One pixel per module is below what zbar resolves; the file must be right all the same.
        if scale > 1 { #expect(try ZBar.decode(image, extension: "png") == text) }
        #expect(image.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    }

    @Test("random payment codes are read from their images as they were signed", arguments: [41])
    func randomCodes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let campus = try Campus()
        for _ in 0..<5 {
            let text = try campus.signer.sign(Campus.claims(serial: generator.next())).text
            #expect(try ZBar.decode(QRSymbol(text: text).png(scale: 4), extension: "png") == text)
        }
    }

    @Test("a large image of several stored blocks is read", arguments: [1000, 3000])
    func largeImage(count: Int) throws {
        let text = String((0..<count).map { _ in "8" }.joined())
        #expect(try ZBar.decode(QRSymbol(text: text).png(scale: 6), extension: "png") == text)
    }

    @Test("texts of other kinds keep their case and characters", arguments: ["Hello, World", "campus-96", "最佳运输"])
    func otherTexts(text: String) throws {
        #expect(try ZBar.decode(QRSymbol(text: text).png(scale: 4), extension: "png") == text)
    }

    @Test("the path of an SVG covers exactly the dark modules, and drawing it gives a code that is read")
    func svgGeometry() throws {
        let text = try Campus().signer.sign(Campus.claims()).text
        let symbol = try QRSymbol(text: text)
        let svg = try symbol.svg(scale: 5)
        #expect(svg.contains("width=\"245\" height=\"245\" viewBox=\"0 0 49 49\""))
        let path = try #require(svg.firstMatch(of: /d="([^"]*)"/)).output.1
        var dark: Set<[Int]> = []
        var rest = path[...]
        while let run = rest.prefixMatch(of: /M(\d+) (\d+)h(\d+)v1h-(\d+)z/) {
            let (column, row) = (try #require(Int(run.output.1)), try #require(Int(run.output.2)))
            let length = try #require(Int(run.output.3))
            #expect(run.output.3 == run.output.4)
            for offset in 0..<length {
                #expect(dark.insert([row, column + offset]).inserted)
            }
            rest = rest[run.range.upperBound...]
        }
        #expect(rest.isEmpty)
        for row in 0..<symbol.side {
            for column in 0..<symbol.side {
                #expect(dark.contains([row, column]) == symbol.isDark(row: row, column: column))
            }
        }
        // No renderer for SVG is at hand: the path, drawn as a portable grey map, must be read.
        let (scale, side) = (4, symbol.side)
        let pixels = (0..<side * scale * side * scale).map { index -> UInt8 in
            let (row, column) = (index / (side * scale) / scale, index % (side * scale) / scale)
            return dark.contains([row, column]) ? 0 : 255
        }
        let header = Array("P5 \(side * scale) \(side * scale) 255\n".utf8)
        #expect(try ZBar.decode(header + pixels, extension: "pgm") == text)
    }

    @Test(
        "terminal text holds the same modules, printed as the terminal's colours demand",
        arguments: TerminalTheme.allCases)
    func terminalText(theme: TerminalTheme) throws {
        let symbol = try QRSymbol(text: Campus().signer.sign(Campus.claims()).text)
        let lines = symbol.terminalText(theme: theme).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == (symbol.side + 1) / 2 + 1)
        #expect(lines.last?.isEmpty == true)
        for (index, line) in lines.dropLast().enumerated() {
            #expect(line.count == symbol.side)
            for (column, block) in line.enumerated() {
                let printed: (upper: Bool, lower: Bool) =
                    switch block {
                    case "█": (true, true)
                    case "▀": (true, false)
                    case "▄": (false, true)
                    default: (false, false)
                    }
                #expect(block == " " || printed.upper || printed.lower)
                let row = index * 2
                #expect((printed.upper == (theme == .light)) == symbol.isDark(row: row, column: column))
                if row + 1 < symbol.side {
                    #expect((printed.lower == (theme == .light)) == symbol.isDark(row: row + 1, column: column))
                } else {
                    #expect(!printed.lower)
                }
            }
        }
    }
}
