import Foundation
import Payments
import TestSupport
import Testing

@Suite("Policy documents")
struct PolicyDocumentTests {
    @Test("a document is read whole")
    func read() throws {
        let policy = try PolicyDocuments.policy()
        #expect(policy.version == 3)
        #expect(policy.validFrom == UnixTime(seconds: 1_790_000_000))
        #expect(policy.meals.map(\.name) == ["breakfast", "lunch"])
        #expect(policy.merchantClass(try PolicyDocuments.merchant("canteen-2")).text == "canteen")
        #expect(policy.merchantClass(try PolicyDocuments.merchant("laundry")) == .standard)
        #expect(policy.cardClasses.map(\.text) == ["staff", "standard"])
    }

    @Test(
        "every bad value is an error that names its path",
        arguments: [
            (#"{"version": 1}"#, "campus: is missing"),
            (#"{"campus": "a b", "version": 1}"#, "campus: expected"),
            (#"{"campus": "main"}"#, "version: is missing"),
            (#"{"campus": "main", "version": 0}"#, "version: expected a whole number from 1"),
            (#"{"campus": "main", "version": 1, "rulez": []}"#, "rulez: is not known"),
            (#"{"campus": "main", "version": 1, "rules": [{"floorLimit": 1}]}"#, "rules[0].floorLimit: is not known"),
            (
                #"{"campus": "main", "version": 1, "rules": [{}, {"cardClass": "x", "cardCount": -1}]}"#,
                "rules[1].cardCount"
            ),
            (#"{"campus": "main", "version": 1, "rules": [{"mealsOnly": 1}]}"#, "rules[0].mealsOnly: expected true"),
            (#"{"campus": "main", "version": 1, "rules": [{"floorLimitFen": null}]}"#, "rules[0].floorLimitFen"),
            (#"{"campus": "main", "version": 1, "rules": [{"floorLimitFen": "9"}]}"#, "rules[0].floorLimitFen"),
            (#"{"campus": "main", "version": 1, "rules": [{}, {}]}"#, "rules[1]: another entry is for everybody"),
            (#"{"campus": "main", "version": 1, "rules": [{"meal": 4}]}"#, "rules[0].meal: there is no such meal"),
            (
                #"{"campus": "main", "version": 1, "rules": [{"cardClass": "x", "terminalCount": 4}]}"#,
                "rules[0].terminalCount: is about the whole terminal"
            ),
            (
                #"""
                {"campus": "main", "version": 1, "meals": [{"id": 1, "name": "x", "from": "09:00", "to": "08:00"}]}
                """#, "meals[0].to: a meal ends"
            ),
            (
                #"""
                {"campus": "main", "version": 1, "meals": [{"id": 1, "name": "x", "from": "09:00", "to": "10:00"}],
                 "rules": [{"meal": 1, "floorLimitFen": 3}]}
                """#, "rules[0].floorLimitFen: cannot differ between meals"
            ),
            (
                #"""
                {"campus": "main", "version": 1, "meals": [{"id": 1, "name": "x", "from": "09:00", "to": "10:00"},
                 {"id": 2, "name": "y", "from": "09:30", "to": "11:00"}]}
                """#, "meals: two meals"
            ),
            (
                #"{"campus": "main", "version": 1, "merchantClasses": {"a": ["m"], "b": ["m"]}}"#,
                "merchantClasses.b[0]: the merchant has a class already"
            ),
            (#"[1]"#, "expected an object"),
        ])
    func refused(text: String, expected: String) throws {
        do {
            _ = try PolicyDocuments.policy(text)
            Issue.record("accepted \(text)")
        } catch let error as PolicyError {
            #expect(error.problems.contains { $0.description.hasPrefix(expected) }, "\(error)")
        }
    }

    @Test("all problems of a document are reported together")
    func together() throws {
        let node = try PolicyDocuments.node(#"{"campus": 1, "version": "x", "rules": [{"cardCount": 1.5, "y": 1}]}"#)
        let error = #expect(throws: PolicyError.self) { try CampusPolicy(node) }
        #expect(error?.problems.map(\.path) == ["campus", "version", "rules[0].cardCount", "rules[0].y"])
    }

    @Test("the canonical text is the same for every order of keys, and reads back as the same document")
    func canonical() throws {
        let one = try PolicyDocuments.node(#"{"b": [1, true, null], "a": "x\"\\\n中"}"#)
        let other = try PolicyDocuments.node(#"{"a":"x\"\\\u000a中","b":[1,true,null]}"#)
        #expect(one.canonicalText == #"{"a":"x\"\\\u000a中","b":[1,true,null]}"#)
        #expect(one.canonicalText == other.canonicalText)
        #expect(try PolicyDocuments.node(one.canonicalText) == one)
        let campus = try PolicyDocuments.node(PolicyDocuments.campus)
        #expect(try PolicyDocuments.node(campus.canonicalText) == campus)
    }

    @Test("the most specific entry that sets a rule speaks, and says so")
    func resolution() throws {
        let policy = try PolicyDocuments.policy()
        let (canteen, shop) = (try PolicyDocuments.name("canteen"), try PolicyDocuments.name("shop"))
        let staff = try PolicyDocuments.name("staff")
        func floor(_ merchants: ClassName, _ cards: ClassName) -> CampusPolicy.Resolved {
            policy.resolve(.floorLimitFen, in: PolicyScope(merchantClass: merchants, cardClass: cards))
        }
        #expect(floor(.standard, .standard) == CampusPolicy.Resolved(value: 2000, source: PolicyScope()))
        #expect(floor(canteen, staff) == CampusPolicy.Resolved(value: 5000, source: PolicyScope(cardClass: staff)))
        #expect(floor(shop, staff).value == 4000)
        // Nobody says anything: the standard value, without a source.
        #expect(
            policy.resolve(.cardCount, in: PolicyScope()) == CampusPolicy.Resolved(value: 5, source: nil))
        // `null` lifts the limit of the wider scope.
        #expect(policy.resolve(.pinAboveFen, in: PolicyScope(merchantClass: canteen)).value == nil)
        #expect(policy.resolve(.pinAboveFen, in: PolicyScope(merchantClass: shop)).value == 5000)
    }

    @Test("a card class goes before a merchant class when both speak alone")
    func precedence() throws {
        let policy = try PolicyDocuments.policy(
            #"""
            {"campus": "main", "version": 1, "rules": [{"merchantClass": "m", "cardCount": 1},
             {"cardClass": "c", "cardCount": 2}]}
            """#)
        let scope = PolicyScope(merchantClass: try PolicyDocuments.name("m"), cardClass: try PolicyDocuments.name("c"))
        #expect(policy.rules(in: scope).offline.cardCount == 2)
    }

    @Test("a class of cards that no rule names is the standard one")
    func unnamedClass() throws {
        let policy = try PolicyDocuments.policy(
            #"{"campus": "main", "version": 1, "rules": [{"cardClass": "standard", "cardCount": 1}]}"#)
        let scope = policy.scope(
            merchant: try PolicyDocuments.merchant("x"), cardClass: try PolicyDocuments.name("visitor"),
            now: UnixTime(seconds: 0))
        #expect(policy.rules(in: scope).offline.cardCount == 1)
    }

    @Test("the configuration's offline policy is the policy before the first delivered one")
    func bootstrap() {
        var offline = OfflinePolicy.standard
        offline.floorLimit = Amount(fen: 77)
        let policy = CampusPolicy(bootstrap: offline, timeZoneOffset: 0)
        #expect(policy.isBootstrap)
        #expect(policy.rules(in: PolicyScope()) == PolicyRules(offline: offline))
    }

    @Test("days and meals are counted in the campus's own time")
    func localDays() throws {
        let policy = try PolicyDocuments.policy()
        let noon = PolicyDocuments.local(12)
        #expect(policy.startOfDay(noon) == PolicyDocuments.local(0))
        #expect(policy.openMeal(at: noon) == 2)
        #expect(policy.startOfMeal(noon) == PolicyDocuments.local(11))
        #expect(policy.openMeal(at: PolicyDocuments.local(13)) == 0)
        #expect(policy.startOfMeal(PolicyDocuments.local(9)) == nil)
    }

    @Test("no text can break the reader")
    func fuzz() throws {
        var generator = SeededGenerator(seed: 7)
        let bytes = Array(PolicyDocuments.campus.utf8)
        for _ in 0..<2000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(
                    in: 32...126, using: &generator)
            }
            guard let node = try? JSONDecoder().decode(PolicyNode.self, from: Data(changed)) else { continue }
            if let policy = try? CampusPolicy(node) {
                _ = policy.exposure(of: .standard)
                #expect(try PolicyDocuments.node(node.canonicalText) == node)
            }
        }
    }
}
