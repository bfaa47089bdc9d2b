import Payments
import SmartCards
import Testing

/// What a physical DESFire EV3 card answered in an EV1 session with the AES key of zeros, as recorded over PC/SC by the
/// author of desox-rs (github.com/paultag/desox-rs at bce4e66, `src/replay/file_io.replay`): three data files of 328
/// bytes are created, described, written and read, plain, with codes and encrypted.
@Suite("A physical card's recording: EV1 messaging")
struct DESFireRecordingTests {
    @Test("the recorded card opens our session, takes every command as we protect it, and we open every answer")
    func recording() throws {
        var session = try opened()
        var exchange = Exchange(session)
        for (file, code) in [("01000000", "D31FF3BCE4B702E2"), ("02010000", "C412C0F81191C31F")]
            + [("03030000", "7BC23FCBC4ACE524")]
        {
            let header = try hex(file + "480100")
            try exchange.run(DESFireCommand(0xCD, header: header), sent: header, answer: hex(code))
        }
        let content = Array(Self.content.utf8)
        try #require(content.count == 328)
        try run(&exchange, .plain, file: 1, settings: "00000000480100 C2F74EBDEDA3C77E", content)
        try exchange.run(write(1, content, .plain), sent: place(1) + content, answer: hex("C5B8FD6289D3EF3E"))
        try exchange.run(
            read(1, .plain), sent: place(1), answer: content + hex("2C07BA95514CC127"), expected: content)
        try run(&exchange, .mac, file: 2, settings: "00010000480100 5851AC7CA0F04606", content)
        try exchange.run(
            write(2, content, .mac), sent: place(2) + content + hex("EF53AE80D029D552"),
            answer: hex("8E26D6DFE0A7EB28"))
        try exchange.run(
            read(2, .mac), sent: place(2), answer: content + hex("B5B0302CBECC0EEE"), expected: content)
        try run(&exchange, .full, file: 3, settings: "00030000480100 1DEEB06518A66EE4", content)
        try exchange.run(
            write(3, content, .full), sent: place(3) + hex(Self.encryptedWrite), answer: hex("596FB2D0D52BA7EE"))
        try exchange.run(read(3, .full), sent: place(3), answer: hex(Self.encryptedRead), expected: content)
        session = exchange.session
        #expect(!session.isEnded)
    }

    /// One session, command by command against the recording.
    private struct Exchange {
        var session: DESFireEV1Session

        init(_ session: DESFireEV1Session) { self.session = session }

        mutating func run(
            _ command: DESFireCommand, sent: [UInt8], answer: [UInt8], expected: [UInt8] = [],
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            #expect(try session.protect(command) == sent, sourceLocation: sourceLocation)
            let recorded = DESFireAnswer(status: .success, data: answer)
            #expect(try session.open(recorded, to: command) == expected, sourceLocation: sourceLocation)
        }
    }

    private func run(
        _ exchange: inout Exchange, _ communication: DESFireCommunication, file: UInt8, settings: String,
        _ content: [UInt8]
    ) throws {
        let answer = try hex(settings)
        let described = Array(answer.dropLast(8))
        try exchange.run(.getFileSettings(file: file), sent: [file], answer: answer, expected: described)
        let read = try DESFireFileSettings(decoding: described)
        #expect(read.communication == communication)
        #expect(read.content == .data(size: 328, isBackup: false))
    }

    private func place(_ file: UInt8) throws -> [UInt8] { [file] + (try hex("000000480100")) }

    private func write(
        _ file: UInt8, _ content: [UInt8], _ communication: DESFireCommunication
    ) throws -> DESFireCommand {
        DESFireCommand(0x3D, header: try place(file), data: content, communication: communication)
    }

    private func read(_ file: UInt8, _ communication: DESFireCommunication) throws -> DESFireCommand {
        DESFireCommand(0xBD, header: try place(file), communication: communication, answerLength: 328)
    }

    /// The recorded authentication (AA). RndA stands encrypted in the terminal's half.
    private func opened() throws -> DESFireEV1Session {
        let key = try aesKey("00000000000000000000000000000000")
        let challenge = try hex("E3798763DC7B87424240B62315154E0A")
        let proof = try hex("424FED3E1903D591B5BD376B3AE6672195F829B4D145BC6A3C3322B6DF1DAAE4")
        let random = Array(AES128(key: key).decryptCBC(proof, initialVector: challenge).prefix(16))
        var machine = DESFireAuthentication(method: .aes, keyNumber: 0, key: key, terminalRandom: random)
        guard case .transmit(let first) = machine.receive(.started),
            case .transmit(let second) = machine.receive(.cardAnswered(challenge + [0x91, 0xAF]))
        else { throw DESFireError(.authenticationWrong) }
        #expect(try first.bytes == hex("90AA000001 00 00"))
        #expect(second.data == proof)
        let answer = try hex("94C0AC20045311B60C3821615B339F96 9100")
        guard case .openedLegacySession(let session) = machine.receive(.cardAnswered(answer)) else {
            throw DESFireError(.authenticationWrong)
        }
        return session
    }

    /// What was written: W. B. Yeats, 1899.
    private static let content = """
        Had I the heavens' embroidered cloths,
        Enwrought with golden and silver light,
        The blue and the dim and the dark cloths
        Of night and light and the half light,
        I would spread the cloths under your feet:
        But I, being poor, have only my dreams;
        I have spread my dreams under your feet;
        Tread softly because you tread on my dreams.

        """

    private static let encryptedWrite =
        "D378605DF28E8060B66D76B61B12267A549319AD476B1A0E2A378EF44C41C9508982500905A4DC2DE6996E837D0FB8DF3F06"
        + "FA65B2DECAAA23BEE846A5014ADB9E737E21A49B4120135FA5DCE4023F144179FFC4026DB1D469F17E84E24ADFEB2AA8E7ED"
        + "813BA4DE52C4D53C071456BECFC13458AC57E7C7B545527D76C7DAD27B20B06BB1AFD21B1A6E8F8AB7E6BC103D93DCA10FC1"
        + "5140FA41146E51C5AC069BC60BD559B92C8EDB36C4F35D80EB8BC99538EF633F58691643B9E5DC9C68F7F75BC41663944B77"
        + "3E5B50EBF345EB0BAAA3F395D31819E103C446B30D44884ABACA37EC17E7A02DC446FC1D25D045BF5225A3EE91071F2E4E96"
        + "DCD31464450E7DF4599D0901967843F456C404A4687F17745DD3064C34B57A844BCE88BF7B3A5FE3B990AC15CBAFDB6C6F24"
        + "13E1CE0036C886CA22CED568B9CCDFAA8D80F61BF949CCB956B7BCC446453300AA8F343A"

    private static let encryptedRead =
        "FC205052ED4A972E644CB77DA2B250465A57A971EE96405FACEE77F6CE9B99366F378BE5375628C738119E8D3358A52FD1AC"
        + "6A814ED526050BE2B43350189FB8AED1B0B5F1F9EA2CD168DA8C2068258865DC8CAD3E0DED072049A20032F3E82AF82F74CE"
        + "781A301BF56E09C8E932FDB2E8A1A509EE9626A5BA463760E550EE4B9757102CA4FA1932BD035F6EEFC192140DE6343B2E95"
        + "711EB416B0E73BDAC29016CFEB1D80C61A2666CF0C6F90CDF89169046C5ECB38ECBC00E03E8F662A6822A2BF54FA9E90F23D"
        + "6A77604F2EA15E22DAAF8AA061381A30CF11A2B78320C84708860BF0AF941452D59771615EFC7FA8B55B8F9B9F800AC4C8E8"
        + "1EFF834485B149AEFBBEFE3F231DE0D96EA5B230080FE4BECA207BD309A799E6F2C724EA98C0BFDB75DE64058975B5FF7836"
        + "4DE8811CC14E794CA7D49CC95F538DE707E70B6A40CF6C8B85BA1CCBCAD2DB7E895EEBDF"
}
