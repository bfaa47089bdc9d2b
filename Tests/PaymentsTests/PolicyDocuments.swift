import Foundation
import Payments
import Testing

/// A campus with two classes of merchants, two of cards and two meals.
enum PolicyDocuments {
    static let campus = """
        {
          "campus": "main", "version": 3, "validFromSeconds": 1790000000, "timeZoneSeconds": 28800,
          "meals": [
            {"id": 1, "name": "breakfast", "from": "06:30", "to": "09:00"},
            {"id": 2, "name": "lunch", "from": "11:00", "to": "13:00"}
          ],
          "merchantClasses": {"canteen": ["canteen-1", "canteen-2"], "shop": ["shop-1"]},
          "rules": [
            {"floorLimitFen": 2000, "pinAboveFen": 5000, "dayAmountFen": 20000},
            {"merchantClass": "canteen", "mealsOnly": true, "mealAmountFen": 2500, "mealCount": 2,
             "subsidyPermitted": true, "subsidyMealCount": 1, "pinAboveFen": null},
            {"cardClass": "staff", "floorLimitFen": 5000, "cardAmountFen": 10000},
            {"merchantClass": "canteen", "cardClass": "staff", "meal": 2, "fixedPriceFen": 1500},
            {"merchantClass": "shop", "cardClass": "staff", "floorLimitFen": 4000}
          ]
        }
        """

    static func node(_ text: String) throws -> PolicyNode {
        try JSONDecoder().decode(PolicyNode.self, from: Data(text.utf8))
    }

    static func policy(_ text: String = campus) throws -> CampusPolicy { try CampusPolicy(node(text)) }

    /// A document for everybody with these rules, as JSON members.
    static func policy(rules: String, meals: String = "[]") throws -> CampusPolicy {
        try policy(#"{"campus": "main", "version": 1, "meals": \#(meals), "rules": [{\#(rules)}]}"#)
    }

    static func name(_ text: String) throws -> ClassName { try #require(ClassName(text: text)) }

    static func merchant(_ text: String) throws -> MerchantID { try #require(MerchantID(text: text)) }

    /// A local time of 2026-11-20 in China.
    static func local(_ hour: Int64, _ minute: Int64 = 0) -> UnixTime {
        UnixTime(seconds: 1_795_132_800 - 28_800 + hour * 3600 + minute * 60)
    }
}
