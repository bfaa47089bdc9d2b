import DurableFiles
import Foundation

/// The JSON file in which a simulated PSAM keeps its memory. After a power cut it holds the old memory or the new one.
package struct SecureModuleStateFile: Sendable {
    /// Where the file is.
    package let path: String

    package init(path: String) { self.path = path }

    /// Reads the memory.
    package func load() throws -> SecureModuleCardMemory {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try JSONDecoder().decode(SecureModuleCardMemory.self, from: data)
    }

    /// Replaces the memory; when this returns it is on disk.
    package func save(_ memory: SecureModuleCardMemory) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try DurableFile.replace(path, with: [UInt8](try encoder.encode(memory)))
    }
}
