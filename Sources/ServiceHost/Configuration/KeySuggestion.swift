/// Finds the key that was meant by a misspelt one.
enum KeySuggestion {
    /// The nearest of `known` within two single-character edits, and nearer than half of the word; `nil` otherwise.
    static func nearest(to key: String, among known: some Sequence<String>) -> String? {
        let word = normalised(key)
        let allowed = min(2, (word.count - 1) / 2)
        return
            known
            .map { (name: $0, distance: distance(word, normalised($0))) }
            .filter { $0.distance <= allowed }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
            .name
    }

    /// Upper case and hyphens are the usual slips and count as no edit.
    private static func normalised(_ key: String) -> [Character] {
        key.lowercased().map { $0 == "-" ? "_" : $0 }
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var best = min(row[j] + 1, previous[j + 1] + 1, previous[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforePrevious[j - 1] + 1)
                }
                row.append(best)
            }
            (beforePrevious, previous) = (previous, row)
        }
        return previous[right.count]
    }
}
