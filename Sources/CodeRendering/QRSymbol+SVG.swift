extension QRSymbol {
    /// The symbol as a complete SVG document: a light ground and one dark path, drawn in units of a module.
    ///
    /// Each run of dark modules in a row is one rectangle of the path. `scale` is the width of a module in CSS pixels.
    package func svg(scale: Int = 8) throws(QRSymbolError) -> String {
        guard Self.scales.contains(scale) else { throw QRSymbolError(.scaleInvalid) }
        let size = side * scale
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(size)" height="\(size)" viewBox="0 0 \(side) \(side)" \
            shape-rendering="crispEdges"><rect width="\(side)" height="\(side)" fill="#fff"/>\
            <path fill="#000" d="\(darkPath)"/></svg>

            """
    }

    private var darkPath: String {
        var path = ""
        for row in 0..<side {
            var column = 0
            while column < side {
                var end = column
                while isDark(row: row, column: end) { end += 1 }
                if end > column { path += "M\(column) \(row)h\(end - column)v1h-\(end - column)z" }
                column = end + 1
            }
        }
        return path
    }
}
