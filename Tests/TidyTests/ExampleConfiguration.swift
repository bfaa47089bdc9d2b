/// Reads key paths off an example file, where an optional key stands in a comment as `# key: value`.
enum ExampleConfiguration {
    /// `lanes[].scanner.baud` and the like; sections are not listed.
    static func keys(_ text: String) -> Set<String> {
        var open: [(indentation: Int, path: String)] = []
        var keys: Set<String> = []
        for line in text.split(separator: "\n") {
            guard let match = line.firstMatch(of: /^( *)(- )?(?:# )?([a-z_]+):(?: .*)?$/) else { continue }
            let isItem = match.output.2 != nil
            let indentation = match.output.1.count + (isItem ? 2 : 0)
            if isItem {
                open.removeAll { $0.indentation >= match.output.1.count }
                if let list = open.popLast() {
                    let path = list.path.hasSuffix("[]") ? list.path : list.path + "[]"
                    open.append((list.indentation, path))
                }
            } else {
                open.removeAll { $0.indentation >= indentation }
            }
            let name = String(match.output.3)
            let path = open.last.map { "\($0.path).\(name)" } ?? name
            open.append((indentation, path))
            keys.insert(path)
        }
        // What has something below it is a section.
        return keys.filter { key in !keys.contains { $0.hasPrefix(key + ".") || $0.hasPrefix(key + "[].") } }
    }
}
