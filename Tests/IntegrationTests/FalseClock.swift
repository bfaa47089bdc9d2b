import Foundation
import Lab
import TestSupport

/// A machine whose clock is wrong and can be moved, for one process: a library that is loaded before the C library
/// answers for the real-time clock, and gives the machine another boot.
struct FalseClock {
    private let directory: TemporaryDirectory
    private var offsetFile: String { directory.file("offset") }
    private var library: String { directory.file("clock.so") }

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static volatile long long *offset;

        __attribute__((constructor)) static void begin(void) {
            const char *path = getenv("FALSE_CLOCK");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *place = mmap(0, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
            if (place != MAP_FAILED) offset = place;
            close(file);
        }

        int clock_gettime(clockid_t clock, struct timespec *now) {
            long result = syscall(SYS_clock_gettime, clock, now);
            if (result == 0 && clock == CLOCK_REALTIME && offset) now->tv_sec += *offset;
            return (int)result;
        }

        time_t time(time_t *place) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (place) *place = now.tv_sec;
            return now.tv_sec;
        }

        int gettimeofday(struct timeval *restrict place, void *restrict zone) {
            struct timespec now;
            (void)zone;
            clock_gettime(CLOCK_REALTIME, &now);
            place->tv_sec = now.tv_sec;
            place->tv_usec = now.tv_nsec / 1000;
            return 0;
        }

        FILE *fopen(const char *path, const char *mode) {
            static char boot[] = "00000000-0000-4000-8000-00000000b007\\n";
            FILE *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, "fopen");
            if (strcmp(path, "/proc/sys/kernel/random/boot_id") == 0) return fmemopen(boot, sizeof boot - 1, "r");
            return real(path, mode);
        }
        """

    /// Compiles the library.
    init(offset: Int64) async throws {
        directory = try TemporaryDirectory()
        let code = directory.file("clock.c")
        try Self.source.write(toFile: code, atomically: true, encoding: .utf8)
        try set(offset: offset)
        let result = try await LabCommand.run(
            "/usr/bin/env", ["cc", "-shared", "-fPIC", "-O1", "-o", library, code, "-ldl"], within: .seconds(60))
        guard result.status == 0 else { throw LabError("cc: \(result.error)") }
    }

    /// For the process whose clock it is.
    var environment: [String: String] { ["LD_PRELOAD": library, "FALSE_CLOCK": offsetFile] }

    /// Puts the clock so many seconds after the true time.
    func set(offset: Int64) throws {
        let bytes = withUnsafeBytes(of: offset) { Data($0) }
        guard let file = FileHandle(forWritingAtPath: offsetFile) else {
            return try bytes.write(to: URL(fileURLWithPath: offsetFile))
        }
        // In place: the process has the file in its memory.
        try file.write(contentsOf: bytes)
        try file.close()
    }
}
