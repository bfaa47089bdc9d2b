import Foundation
import ServiceHost
import TestSupport
import Testing

/// systemd's end of the notification socket: a real datagram socket.
final class NotificationReceiver: Sendable {
    let name: String
    private let descriptor: Int32

    /// - Parameter name: a path, or `@` and a name in the abstract namespace.
    init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if name.hasPrefix("@") { bytes[0] = 0 } else { bytes.append(0) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0, "bind: \(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    /// The next datagram; `nil` when none is there. A local datagram is there as soon as it was sent.
    func next() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}

@Suite("Service notification")
struct ServiceNotificationTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func names() -> [String] {
        [directory.file("notify"), "@campus-till-\(UUID().uuidString)"]
    }

    @Test("every message arrives as one datagram, by path and by abstract name")
    func messages() throws {
        for name in names() {
            let receiver = try NotificationReceiver(name)
            let notification = ServiceNotification(environment: ["NOTIFY_SOCKET": name])
            #expect(notification.ready() == .sent)
            #expect(receiver.next() == "READY=1")
            #expect(notification.status("2 lanes, 3 unsent") == .sent)
            #expect(receiver.next() == "STATUS=2 lanes, 3 unsent")
            #expect(notification.watchdog() == .sent)
            #expect(receiver.next() == "WATCHDOG=1")
            #expect(notification.stopping() == .sent)
            #expect(receiver.next() == "STOPPING=1")
            #expect(receiver.next() == nil)
        }
    }

    @Test("a reload is announced together with the monotonic time, in one datagram")
    func reloading() throws {
        let receiver = try NotificationReceiver(directory.file("notify"))
        let notification = ServiceNotification(environment: ["NOTIFY_SOCKET": receiver.name])
        func monotonic() -> Int64 {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        }
        let before = monotonic()
        #expect(notification.reloading() == .sent)
        let after = monotonic()
        let lines = try #require(receiver.next()).split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0] == "RELOADING=1")
        let microseconds = try #require(Int64(lines[1].dropFirst("MONOTONIC_USEC=".count)))
        #expect((before...after).contains(microseconds))
    }

    @Test("a status text cannot smuggle in another assignment, and is cut at a whole character")
    func statusIsOneLine() throws {
        let receiver = try NotificationReceiver(directory.file("notify"))
        let notification = ServiceNotification(environment: ["NOTIFY_SOCKET": receiver.name])
        notification.status("out of order\nMAINPID=1\u{1B}[31m")
        #expect(receiver.next() == "STATUS=out of order MAINPID=1 [31m")
        notification.status(String(repeating: "终端", count: 1000))
        let text = try #require(receiver.next())
        #expect(text.utf8.count <= 220)
        #expect(!text.contains("\u{FFFD}"))
    }

    @Test("outside of systemd nothing is sent and nothing fails", arguments: [[:], ["NOTIFY_SOCKET": ""]])
    func unsupervised(environment: [String: String]) {
        #expect(ServiceNotification(environment: environment).ready() == .notSupervised)
    }

    @Test("a socket that is gone, too long or of an unknown kind is a failure and no crash")
    func failures() {
        let gone = ServiceNotification(environment: ["NOTIFY_SOCKET": directory.file("gone")])
        #expect(gone.ready() == .failed(errno: ENOENT))
        for name in ["vsock:2:1234", "relative", "/" + String(repeating: "x", count: 108)] {
            #expect(ServiceNotification(environment: ["NOTIFY_SOCKET": name]).ready() == .failed(errno: EAFNOSUPPORT))
        }
    }

    @Test("the longest name that fits is used whole")
    func longestName() throws {
        let name = "@" + String(UUID().uuidString + String(repeating: "y", count: 108)).prefix(107)
        let receiver = try NotificationReceiver(name)
        #expect(ServiceNotification(environment: ["NOTIFY_SOCKET": name]).ready() == .sent)
        #expect(receiver.next() == "READY=1")
    }
}

@Suite("Watchdog interval")
struct WatchdogIntervalTests {
    @Test("the service reports at half of the timeout")
    func half() throws {
        let watchdog = try #require(
            WatchdogInterval(environment: ["WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "42"], processID: 42))
        #expect(watchdog.timeout == .seconds(10))
        #expect(watchdog.interval == .seconds(5))
        #expect(
            WatchdogInterval(environment: ["WATCHDOG_USEC": "3000000"], processID: 7)?.interval == .milliseconds(1500))
    }

    @Test(
        "there is no watchdog without the variable, with a broken one, or with one for another process",
        arguments: [
            [:], ["WATCHDOG_USEC": "0"], ["WATCHDOG_USEC": "-5"], ["WATCHDOG_USEC": "soon"],
            ["WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "41"],
        ])
    func none(environment: [String: String]) {
        #expect(WatchdogInterval(environment: environment, processID: 42) == nil)
    }
}
