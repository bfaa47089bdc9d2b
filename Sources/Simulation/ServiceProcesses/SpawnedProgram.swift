import Glibc

/// posix_spawn with what every program started here needs.
package enum SpawnedProgram {
    /// POSIX_SPAWN_SETSID of glibc's <spawn.h>, which Swift sees only without the GNU extensions.
    private static let newSession: Int16 = 0x80

    /// Starts a program in a session of its own, without inherited files or signal settings.
    ///
    /// - Parameters:
    ///   - command: Absolute path of the program, then its arguments.
    ///   - environment: `NAME=value`, all of it.
    ///   - streams: what becomes its standard input, output and error; they stay the caller's to close.
    package static func start(command: [String], environment: [String], streams: StandardStreams) throws -> pid_t {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_adddup2(&files, streams.input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&files, streams.output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&files, streams.error, STDERR_FILENO)
        try closeInherited(&files, from: STDERR_FILENO + 1)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | newSession)

        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, command[0], &files, &attributes, arguments, variables)
        if code != 0 { throw ServiceProcessError("cannot start \(command[0]): \(String(cString: strerror(code)))") }
        return process
    }

    /// Closes all files from `first` up in the new program. Not every library marks its own as close-on-exec:
    /// libpcsclite's connection would stay open in the child after the parent has released it.
    private static func closeInherited(_ files: inout posix_spawn_file_actions_t, from first: Int32) throws {
        // In glibc since 2.34, but hidden from Swift like the constant above.
        typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw ServiceProcessError("this glibc is older than 2.34")
        }
        _ = unsafeBitCast(symbol, to: AddCloseFrom.self)(&files, first)
    }
}
