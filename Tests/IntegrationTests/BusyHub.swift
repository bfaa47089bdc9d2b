import Foundation
import Glibc
import Lab
import Synchronization

/// Something at the hub's port that answers every request with 503 and asks to be left in peace, and writes down when
/// which request came. One request to a connection.
final class BusyHub: Sendable {
    /// A request, and when its answer was sent.
    struct Visit: Sendable {
        let path: String
        let came: ContinuousClock.Instant
        let answered: ContinuousClock.Instant
    }

    private final class Diary: Sendable {
        let visits = Mutex<[Visit]>([])
    }

    private let diary: Diary
    private let listener: LoopbackListener

    init(port: UInt16, retryAfterMilliseconds: Int) throws {
        let body = """
            {"code":"E4190","message":"busy","retryAfterMilliseconds":\(retryAfterMilliseconds)}
            """
        let answer = Array(
            """
            HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\n\
            Content-Length: \(body.utf8.count)\r\n\r\n\(body)
            """.utf8)
        let diary = Diary()
        self.diary = diary
        listener = try LoopbackListener(port: port) { Self.serve($0, answer, diary) }
    }

    /// What came so far.
    var all: [Visit] { diary.visits.withLock { $0 } }

    /// Lets go of the port.
    func stop() { listener.stop() }

    private static func serve(_ connection: Int32, _ answer: [UInt8], _ diary: Diary) {
        defer { close(connection) }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isWhole(request) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        let came = ContinuousClock.now
        let path = String(decoding: request.prefix { $0 != 0x0D }, as: UTF8.self).split(separator: " ").dropFirst()
            .first
        diary.visits.withLock { $0.append(Visit(path: String(path ?? ""), came: came, answered: .now)) }
        answer.withUnsafeBytes { _ = send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Head and as much body as it announces.
    private static func isWhole(_ request: [UInt8]) -> Bool {
        let text = String(decoding: request, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let length = text.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.output.1) } ?? 0
        return text[end.upperBound...].utf8.count >= length
    }
}
