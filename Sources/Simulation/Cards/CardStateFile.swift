import DurableFiles
import Foundation

/// The JSON file in which a simulated card keeps its memory. Replaced as a whole: after a power cut it holds the old
/// memory or the new one.
package struct StateFile<Memory: Codable & Sendable>: Sendable {
    /// Where the file is.
    package let path: String

    package init(path: String) { self.path = path }

    /// Reads the memory.
    package func load() throws(CardStateFileError) -> Memory {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            return try JSONDecoder().decode(Memory.self, from: data)
        } catch let error as DecodingError {
            throw CardStateFileError(.notReadable, path: path, detail: Self.place(of: error))
        } catch {
            throw CardStateFileError(.notReadable, path: path, detail: error.localizedDescription)
        }
    }

    /// Replaces the memory; when this returns it is on disk.
    package func save(_ memory: Memory) throws(CardStateFileError) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try DurableFile.replace(path, with: [UInt8](try encoder.encode(memory)))
        } catch {
            throw CardStateFileError(.notWritten, path: path, detail: "\(error)")
        }
    }

    /// The key that is missing or wrong, without its value.
    private static func place(of error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "no \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "no card of this kind" : "wrong \(context.codingPath.map(\.stringValue).joined(separator: "."))"
        @unknown default: "no card of this kind"
        }
    }
}

/// A simulated purse card's.
package typealias CardStateFile = StateFile<PurseCardMemory>

/// A simulated PSAM's.
package typealias SecureModuleStateFile = StateFile<SecureModuleCardMemory>
