import Foundation
import Testing

/// Small PNG files, Base64.
enum CodeImages {
    /// A payment code of a test key, dated 2026, rendered by our own renderer and compressed.
    static func paymentCode() throws -> [UInt8] { try decode(paymentCodeBase64) }

    /// Light all over.
    static func blank() throws -> [UInt8] { try decode(blankBase64) }

    private static func decode(_ text: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: text)))
    }

    static let paymentCodeText =
        "9800289171558105208547362804839687680006597069894656109927935178558959300910255841997215040888067647"
        + "3697509767101059088265661839385135206758331387834148876206522256276279066133012864686432134182412006"
        + "08384449112506253972895000"
    private static let paymentCodeBase64 =
        "iVBORw0KGgoAAAANSUhEUgAAAJMAAACTAQAAAACinha4AAACCElEQVR42uWWP87kIAzFHVGkm1wAKdeg40rJBfLnAuFKdFwjEheA"
        + "jgLF+5gZ7bfSNrjdRVFG8yss8/xsh/ivc9M/zRLRYu7XeO9BZU+DhGWuC/Hp2fHMAX8lzOvN0mbmy6gz0Cpka6h7iWepu5ztjGB6"
        + "oXuSMq67Vyffm7nXn7t1Mei3Bv19fjTtYjhpnB3Ha0Sw37XsYtkjfSgXL2rvU8IeO+eiDtKbUcnQJGEJTikQgB9De/no182s4kAD"
        + "svB1I1xIwkxdzMxeDwGlYxkjlcb4WE1EL6NEDH6ZCnOZXUEudZKwx0RXGJJPRSE2S1guevfxGPU2Ih2VJQx1eyzKRTSqZPmUMG59"
        + "GV1rL74gpIyhdBXBXIB40UlYMjfBMjynJj+L2DPiV6+s4NaLPn3Zy3IzqZ7QkT4i9iphyaDa98TzYdtEEbFcaBv5MPfAMIseJOyx"
        + "uEfMrKHEUKqI5VKnghQ0unMq3xnRyThEWPWysBsa9OPTXoYxgHh7UTnUF31q3suYMXSVgxJtMHz062X5fYPBQ4yKhTNIGHPEk4gv"
        + "TF+vnIQ9RJOfzwCnoKdplzAcjG0y8SAIr1jC3nsmnmFGBfB2Eob9tnp0M58FrlFZxNo8gPwtWPrObAFbuVlsCLSHr0/72WJhVUZv"
        + "/ZFLH3vvc/Zojsjlu1c7Wftusnoo7NqaiiL2f32L/gJN6Fyd7Z1IOwAAAABJRU5ErkJggg=="
    private static let blankBase64 =
        "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQAAAACCEkxzAAAAEklEQVR42mP4DwUMo4xRBukMAOPT/hAC2mzjAAAAAElFTkSuQmCC"
}
