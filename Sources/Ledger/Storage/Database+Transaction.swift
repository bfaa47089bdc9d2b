import GRDB

extension Database {
    /// One transaction whose three statements are prepared once, unlike those of GRDB's own: the path of every tap.
    ///
    /// - Parameter body: says whether to commit. What it throws takes everything back.
    func inPreparedTransaction(_ body: () throws -> Bool) throws {
        try PreparedStatement(self, "BEGIN IMMEDIATE").execute()
        do {
            guard try body() else { return try PreparedStatement(self, "ROLLBACK").execute() }
            try PreparedStatement(self, "COMMIT").execute()
        } catch {
            // A full disk or a failed write has ended some transactions already. The first error is the one to tell.
            if isInsideTransaction { try? PreparedStatement(self, "ROLLBACK").execute() }
            throw error
        }
    }
}
