import CPCSC

/// The library's functions, as they appear in errors.
package enum Operation: String, Sendable {
    case establishContext = "SCardEstablishContext"
    case releaseContext = "SCardReleaseContext"
    case listReaders = "SCardListReaders"
    case getStatusChange = "SCardGetStatusChange"
    case cancel = "SCardCancel"
    case connect = "SCardConnect"
    case reconnect = "SCardReconnect"
    case disconnect = "SCardDisconnect"
    case beginTransaction = "SCardBeginTransaction"
    case endTransaction = "SCardEndTransaction"
    case status = "SCardStatus"
    case transmit = "SCardTransmit"
    case control = "SCardControl"
    case getAttribute = "SCardGetAttrib"

    /// Turns a return code into success, an error, or the end of the process.
    ///
    /// SCARD_E_INVALID_PARAMETER comes from the library's own look at the arguments. SCARD_E_INVALID_HANDLE has two
    /// meanings: when the library itself does not know the context, this program used a handle that it does not
    /// have; when it does, the service has dropped the card handle (its reader was unplugged), which is no defect.
    func check(_ returnCode: LONG, context: SCARDCONTEXT) throws(PCSCError) {
        let value = UInt32(returnCode: returnCode)
        if value == UInt32(returnCode: SCARD_S_SUCCESS) { return }
        if value == UInt32(returnCode: SCARD_E_INVALID_PARAMETER) {
            fatalError("invariant violated: \(rawValue) was called with arguments that PC/SC forbids")
        }
        if value == UInt32(returnCode: SCARD_E_INVALID_HANDLE), self != .establishContext,
            SCardIsValidContext(context) != SCARD_S_SUCCESS
        {
            fatalError("invariant violated: \(rawValue) was called on a context that is not established")
        }
        throw PCSCError(PCSCError.Code(rawValue: value) ?? .unrecognized, self, rawValue: value)
    }
}
