import Payments

/// Two decimal digits per byte, as cards keep dates and times.
package enum BinaryCodedDecimal {
    /// - Parameters:
    ///   - value: from 0 to 10^(2·count) − 1.
    ///   - count: bytes.
    package static func encode(_ value: Int, count: Int) -> [UInt8] {
        var rest = value
        var bytes = [UInt8](repeating: 0, count: count)
        for index in bytes.indices.reversed() {
            let pair = rest % 100
            invariant(pair >= 0, "a BCD value is not negative")
            bytes[index] = UInt8(pair / 10) << 4 | UInt8(pair % 10)
            rest /= 100
        }
        invariant(rest == 0, "a BCD value fits its bytes")
        return bytes
    }

    /// `nil` when a half byte is not a decimal digit. At most 9 bytes.
    package static func decode(_ bytes: some Sequence<UInt8>) -> Int? {
        var value = 0
        for byte in bytes {
            guard byte >> 4 <= 9, byte & 0x0F <= 9 else { return nil }
            value = value * 100 + Int(byte >> 4) * 10 + Int(byte & 0x0F)
        }
        return value
    }

    /// Four bytes YYYYMMDD as a number like 20260901; `nil` when it is no day of the Gregorian calendar.
    package static func decodeDate(_ bytes: some Sequence<UInt8>) -> Int? {
        guard let value = decode(bytes) else { return nil }
        let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100)
        guard (1...9999).contains(year), (1...12).contains(month), (1...dayCount(month, of: year)).contains(day) else {
            return nil
        }
        return value
    }

    private static func dayCount(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CalendarTime {
    /// YYYYMMDD in four bytes and hhmmss in three; `nil` when they are no time of the calendar.
    package init?(binaryCodedDate date: some Sequence<UInt8>, time: some Sequence<UInt8>) {
        guard let day = BinaryCodedDecimal.decodeDate(date), let clock = BinaryCodedDecimal.decode(time),
            clock / 10_000 < 24, clock / 100 % 100 < 60, clock % 100 < 60
        else { return nil }
        self.init(UnixTime(milliseconds: 0))
        year = day / 10_000
        month = day / 100 % 100
        self.day = day % 100
        hour = clock / 10_000
        minute = clock / 100 % 100
        second = clock % 100
    }

    /// YYYYMMDD, four bytes.
    package var binaryCodedDate: [UInt8] {
        BinaryCodedDecimal.encode(year * 10_000 + month * 100 + day, count: 4)
    }

    /// hhmmss, three bytes.
    package var binaryCodedTime: [UInt8] {
        BinaryCodedDecimal.encode(hour * 10_000 + minute * 100 + second, count: 3)
    }
}
