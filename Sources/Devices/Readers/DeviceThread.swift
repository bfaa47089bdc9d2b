import Glibc
import Payments

/// Starts threads for devices whose calls block.
enum DeviceThread {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs `body` on a new thread, which ends with it.
    ///
    /// - Parameter name: Shown by `top -H`; Linux keeps the first 15 bytes.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Body(name: name, run: body)).toOpaque()
        let code = pthread_create(&thread, &attributes, { DeviceThread.main($0) }, argument)
        pthread_attr_destroy(&attributes)
        invariant(code == 0, "no thread for \(name): error \(code)")
    }

    private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        setName(body.name)
        body.run()
        return nil
    }

    /// Names the calling thread for `top -H`. Swift's Glibc has neither pthread_setname_np nor prctl. A thread
    /// without a name works as well, so failure is of no interest.
    private static func setName(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let bytes = Array(name.utf8.prefix(15))
        _ = write(file, bytes, bytes.count)
        Glibc.close(file)
    }
}
