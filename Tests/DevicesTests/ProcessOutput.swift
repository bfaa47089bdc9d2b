import Simulation
import Testing

/// What a program prints.
enum ProcessOutput {
    static func of(_ program: String, _ arguments: [String]) throws -> String {
        let run = try ProgramRun(blocking: program, arguments)
        #expect(run.status == 0, "\(run.error)")
        return run.output
    }
}
