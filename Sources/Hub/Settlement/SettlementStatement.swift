import Foundation
import Payments

/// A merchant's statement of one settlement, written line by line.
package struct SettlementStatement: Sendable {
    /// How it is written.
    package enum Format: String, Sendable, CaseIterable {
        case text, csv, json
    }

    let settlement: SettlementSummary
    let campus: String
    let timeZoneOffsetSeconds: Int64

    package init(settlement: SettlementSummary, campus: String, timeZoneOffsetSeconds: Int64) {
        self.settlement = settlement
        self.campus = campus
        self.timeZoneOffsetSeconds = timeZoneOffsetSeconds
    }

    package func head(_ format: Format) throws -> String {
        switch format {
        case .text:
            """
            \(campus)
            商户结算单 Settlement \(settlement.id)
            商户 Merchant    \(settlement.merchant)
            期间 Period      \(settlement.from) – \(settlement.through)
            状态 State       \(settlement.state.rawValue)


            """
        case .csv:
            CSVLine.text(
                [
                    "posting", "business_day", "late_day", "time", "column", "kind", "amount_yuan", "transaction",
                    "reference",
                ].map { .text($0) })
        case .json: "{\"settlement\":\(try Self.json(settlement)),\"lines\":["
        }
    }

    package func line(_ line: SettlementLine, _ format: Format, isFirst: Bool) throws -> String {
        let time = CalendarTime(UnixTime(milliseconds: line.occurredAtMilliseconds), offset: timeZoneOffsetSeconds)
        let name = line.transaction?.text ?? line.reference ?? ""
        switch format {
        case .text:
            let amount = Amount(fen: line.amountFen).yuanText
            let padding = String(repeating: " ", count: max(0, 12 - amount.count))
            let late = line.lateDay.map { "  迟到 late: \($0)" } ?? ""
            return "\(line.day)  \(time.dateText) \(time.timeText)  \(padding)\(amount)  \(name)  "
                + "\(line.kind.chineseText) \(line.kind.rawValue)\(late)\n"
        case .csv:
            return CSVLine.text([
                .integer(line.posting), .text(line.day.text), .text(line.lateDay?.text ?? ""),
                .text("\(time.dateText) \(time.timeText)"), .text(line.column.rawValue), .text(line.kind.rawValue),
                .amount(line.amountFen), .text(line.transaction?.text ?? ""), .text(line.reference ?? ""),
            ])
        case .json: return (isFirst ? "" : ",") + (try Self.json(line))
        }
    }

    package func foot(_ format: Format) -> String {
        let figures = settlement.figures
        func sum(_ title: String, _ fen: Int64, _ count: Int64? = nil) -> String {
            let amount = Amount(fen: fen).yuanText
            let padding = String(repeating: " ", count: max(0, 14 - amount.count))
            return "\(title)\(padding)\(amount)\(count.map { "  (\($0))" } ?? "")\n"
        }
        switch format {
        case .text:
            return "\n" + sum("销售 Sales        ", figures.salesFen, figures.salesCount)
                + sum("退款 Refunds      ", figures.refundsFen, figures.refundsCount)
                + sum("更正 Corrections  ", figures.correctionsFen, figures.correctionsCount)
                + sum("上期结转 Carried  ", settlement.carriedFen) + sum("应付净额 Net      ", settlement.netFen)
                + (settlement.netFen <= 0 ? "净额不为正，结转下期 Nothing is paid; the net is carried over.\n" : "")
                + "制单 Drafted by \(settlement.draftedBy)   复核 Confirmed by \(settlement.decidedBy ?? "-")"
                + "   付款 Payment \(settlement.paymentReference ?? "-")\n"
        case .csv:
            return CSVLine.text([
                .text(""), .text(""), .text(""), .text(""), .text("sum"), .text(""), .amount(figures.netFen),
                .text(""), .text(""),
            ])
        case .json: return "]}\n"
        }
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
