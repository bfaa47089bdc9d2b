import Glibc

/// Runs a device's blocking calls on a thread of their own, off the cooperative pool.
enum DeviceThread {
    private final class Work {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Linux keeps 15 bytes of a thread's name.
    private static let nameMaximum = 15

    /// Starts `work` on a new, detached thread that takes no signals: they belong to the threads that wait for them.
    ///
    /// - Returns: 0, or the errno of `pthread_create`; then `work` never runs.
    static func start(name: String, _ work: @escaping @Sendable () -> Void) -> Int32 {
        let box = Unmanaged.passRetained(
            Work {
                nameCurrentThread(name)
                work()
            })
        var everySignal = sigset_t()
        var former = sigset_t()
        sigfillset(&everySignal)
        pthread_sigmask(SIG_SETMASK, &everySignal, &former)
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            box.release()
            return result
        }
        pthread_detach(thread)
        return 0
    }

    /// Names the calling thread for `top -H` and `/proc`. Best effort: the name is for people only.
    private static func nameCurrentThread(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = Array(name.utf8.prefix(nameMaximum)).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }
}
