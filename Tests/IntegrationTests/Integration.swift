import Testing

/// Everything here runs the built programs as processes on a real pcscd, real pseudo-terminals, real sockets and real
/// database files. One at a time: each test starts a campus of its own.
@Suite("Integration", .serialized)
enum Integration {}
