import Payments
import SmartCards

/// Everything that reads one answer of a card: status, data elements, file control information, purse answers,
/// identifiers, answer to reset.
enum CardAnswersTarget {
    static func run(_ input: [UInt8]) {
        do throws(CardDataError) {
            let elements = try DataElement.readAll(input)
            // Lengths may have been in a longer form; a second turn must change nothing any more.
            let bytes = elements.flatMap(\.bytes)
            let again = try DataElement.readAll(bytes)
            invariant(again == elements, "data elements read back differ")
        } catch {
            _ = error.message
        }
        do throws(CardDataError) {
            let control = try FileControlInformation(decoding: input)
            if let information = control.publicInformation {
                let again = try PublicInformation(decoding: information.bytes)
                invariant(again == information, "the public information read back differs")
            }
        } catch {
            _ = error.message
        }
        do throws(CardDataError) {
            let command = try CommandAPDU(decoding: input)
            invariant(command.bytes == input, "a command read back differs")
        } catch {
            _ = error.message
        }
        answer(input)
    }

    private static func answer(_ input: [UInt8]) {
        let answer: ResponseAPDU
        do throws(CardDataError) { answer = try ResponseAPDU(decoding: input) } catch { return }
        invariant(answer.bytes == input, "an answer read back differs")
        _ = (answer.status.meaning, answer.status.moreDataCount, answer.status.wantedLength, answer.status.triesLeft)
        parse { () throws(CardDataError) in _ = try PurseBalance(decoding: answer) }
        parse { () throws(CardDataError) in
            let initialization = try PurchaseInitialization(decoding: answer)
            invariant(initialization.bytes == answer.data, "an INITIALIZE read back differs")
        }
        parse { () throws(CardDataError) in _ = try PurchaseCryptograms(decoding: answer) }
        parse { () throws(CardDataError) in _ = try LoadInitialization(decoding: answer) }
        parse { () throws(CardDataError) in _ = try LoadProof(decoding: answer) }
        parse { () throws(CardDataError) in _ = try TransactionProof(decoding: answer) }
        parse { () throws(CardDataError) in _ = try PurseLogRecord(decoding: answer) }
        parse { () throws(CardDataError) in _ = try SecureModuleCommand.decode(answer) }
        do throws(CardIdentifier.Unusable) { _ = try CardIdentifier(decoding: answer).card } catch { return }
    }

    private static func parse(_ body: () throws(CardDataError) -> Void) {
        do throws(CardDataError) { try body() } catch { _ = error.message }
    }
}
