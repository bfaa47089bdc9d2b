/// What holds for the documents.
enum MarkdownRules {
    /// Relative links that lead nowhere. `exists` answers for a path below the root.
    static func brokenLinks(_ path: String, _ text: String, exists: (String) -> Bool) -> [Finding] {
        let folder = path.split(separator: "/").dropLast().map(String.init)
        return prose(text).flatMap { number, line in
            line.matches(of: /\]\(([^)\s]+)(?:\s+"[^"]*")?\)/).compactMap { match in
                let link = String(match.output.1)
                if link.hasPrefix("#") || link.contains("://") || link.hasPrefix("mailto:") { return nil }
                let target = link.split(separator: "#", omittingEmptySubsequences: false)[0]
                guard let resolved = resolve(String(target), from: folder), exists(resolved) else {
                    return Finding(path: path, line: number, problem: "link to \(link) leads nowhere")
                }
                return nil
            }
        }
    }

    /// Paths of somebody's own machine.
    static func machinePaths(_ path: String, _ text: String) -> [Finding] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            guard let match = line.firstMatch(of: /(?:^|[\s`"'(=:])(\/(?:work|home|root|Users|opt|mnt)\/[\w.\/-]*)/)
            else {
                return nil
            }
            return Finding(path: path, line: index + 1, problem: "\(match.output.1) is a path of one machine")
        }
    }

    /// Numbered lines outside of code fences, without code spans.
    private static func prose(_ text: String) -> [(Int, String)] {
        var fenced = false
        var kept: [(Int, String)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.drop(while: \.isWhitespace).hasPrefix("```") {
                fenced.toggle()
            } else if !fenced {
                kept.append((index + 1, String(line.replacing(/`[^`]*`/, with: ""))))
            }
        }
        return kept
    }

    /// The path below the root; `nil` when the link leaves the repository.
    private static func resolve(_ link: String, from folder: [String]) -> String? {
        var parts = folder
        for part in link.split(separator: "/") {
            switch part {
            case ".": continue
            case "..":
                if parts.isEmpty { return nil }
                parts.removeLast()
            default: parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
