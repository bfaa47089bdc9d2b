import Payments
import ServiceHost

/// Configuration files: a file is read or refused with a place, whatever is in it.
enum ConfigurationTarget {
    private enum Choice: String, CaseIterable { case red, green }

    static func run(_ input: [UInt8]) {
        guard let text = String(validating: input, as: UTF8.self) else { return }
        do throws(ConfigurationError) {
            let file = try ConfigurationFile(text: text, name: "fuzz.yaml")
            let root = file.root
            _ = root.string("name")
            _ = root.secret("secret")
            _ = root.integer("number", in: -5...500, default: 1)
            _ = root.boolean("flag")
            _ = root.duration("time", in: .milliseconds(10)...Duration.seconds(86_400))
            _ = root.amount("amount")
            _ = root.choice("choice", as: Choice.self)
            _ = root.timeZone("zone", default: 0)
            _ = root.strings("texts", default: [])
            let section = root.section("section")
            _ = section.optionalString("name")
            _ = root.optionalSection("other")?.string("name")
            for lane in root.sections("lanes", count: 1...3) { _ = lane.string("id") }
            try file.finish()
        } catch {
            invariant(!error.problems.isEmpty, "a refusal without a problem")
            invariant(error.message.utf8.count <= 64 * ConfigurationFile.maximumSize, "an endless message")
        }
    }
}
