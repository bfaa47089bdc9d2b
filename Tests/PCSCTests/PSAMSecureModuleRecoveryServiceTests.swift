import Devices
import PCSC
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

extension RealService {
    /// Promise 14 for the secure module, with the real service: whatever takes it away, it comes back by itself.
    @Suite(.serialized) struct PSAMRecoveryTests {
        @Test("promise 14: a slot that is empty at the start is taken when the module comes")
        func comesLater() async throws {
            try await withSecureModule(isInserted: false) { bench async throws in
                #expect(try await bench.code { try await bench.purchase() } == .unavailable)
                try await bench.peer.insert()
                try await bench.waitFor(.ready)
                #expect(try await bench.purchase())
            }
        }

        @Test("promise 14: a module pulled out in the middle of a purchase is used again when it is back")
        func pulledOut() async throws {
            try await withSecureModule { bench async throws in
                let tap = try ConformanceTap(bench.campus)
                let session = try await bench.module.initializeForPurchase(tap.request)
                let mac2 = try tap.debit(session)
                await bench.peer.remove()
                try await bench.waitFor(.absent)
                await #expect(throws: SecureModuleError(.sessionLost)) {
                    _ = try await bench.module.credit(mac2: mac2, session: session)
                }
                try await bench.peer.insert()
                try await bench.waitFor(.ready)
                #expect(try await bench.purchase())
                #expect(bench.memory?.checksSeen == 1 && bench.memory?.wrongChecksSeen == 0)
            }
        }

        @Test("a module that leaves inside the check: nobody knows, it is counted, and not asked again")
        func leavesInsideCheck() async throws {
            try await withSecureModule { bench async throws in
                bench.peer.plan([VirtualCardFault(at: 9, .leaveAfterHandling)])
                #expect(try await bench.code { try await bench.purchase() } == .notChecked)
                #expect(bench.memory?.checksSeen == 1)
                #expect(await bench.module.status().wrongMAC2Count == 1)
                bench.peer.plan([])
                try await bench.waitFor(.absent)
                try await bench.peer.insert()
                try await bench.waitFor(.ready)
                #expect(try await bench.purchase())
                #expect(await bench.module.status().wrongMAC2Count == 0)
            }
        }

        @Test(
            "a module that leaves inside an exchange of the purchase is used again when it is back", arguments: [7, 8])
        func leavesInsideInitialize(exchange: Int) async throws {
            try await withSecureModule { bench async throws in
                bench.peer.plan([VirtualCardFault(at: exchange, .leaveAfterHandling)])
                let code = try await bench.code { try await bench.purchase() }
                #expect(code == .noAnswer || code == .unavailable, "as the reader's event came after or before")
                bench.peer.plan([])
                try await bench.waitFor(.absent)
                try await bench.peer.insert()
                try await bench.waitFor(.ready)
                #expect(try await bench.purchase())
            }
        }

        @Test("promise 14: the service is killed and restarted in the middle of a purchase")
        func serviceRestarts() async throws {
            try await withSecureModule { bench async throws in
                let tap = try ConformanceTap(bench.campus)
                let session = try await bench.module.initializeForPurchase(tap.request)
                let mac2 = try tap.debit(session)
                await bench.pcscd.kill()
                try await bench.waitFor(.absent)
                await #expect(throws: SecureModuleError(.sessionLost)) {
                    _ = try await bench.module.credit(mac2: mac2, session: session)
                }
                #expect(try await bench.code { try await bench.purchase() } == .unavailable)
                try await eventually("the card has noticed") { !bench.peer.isInserted }
                try await bench.pcscd.start()
                try await bench.peer.insert()
                try await bench.waitFor(.ready)
                #expect(try await bench.purchase())
                #expect(bench.memory?.checksSeen == 1)
            }
        }

        @Test("promise 14: a reader that is unplugged and plugged in again comes back with its module")
        func readerReturns() async throws {
            try await withSecureModule { bench async throws in
                #expect(try await bench.purchase())
                try await bench.pcscd.restart(withReaders: false)
                try await bench.waitFor(.absent)
                try await bench.pcscd.restart()
                try await eventually("the card has noticed") { !bench.peer.isInserted }
                try await bench.peer.insert()
                try await bench.waitFor(.ready)
                #expect(try await bench.purchase())
            }
        }

        @Test("a quick pull and push between two purchases costs neither of them")
        func quickPull() async throws {
            try await withSecureModule { bench async throws in
                for _ in 0..<3 {
                    #expect(try await bench.purchase())
                    await bench.peer.remove()
                    try await bench.peer.insert()
                    try await eventually("a purchase works again") {
                        try await bench.code { try await bench.purchase() } == nil
                    }
                }
                #expect(bench.memory?.wrongChecksSeen == 0)
            }
        }
    }
}
