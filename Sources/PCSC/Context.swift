import CPCSC

/// One established context, released when its last user is gone.
///
/// Cards keep their context alive, so that a card handle can never outlive the context that it belongs to.
final class Context: Sendable {
    let handle: SCARDCONTEXT

    init() throws(PCSCError) {
        var established: SCARDCONTEXT = 0
        let code = SCardEstablishContext(DWORD(constant: SCARD_SCOPE_SYSTEM), nil, nil, &established)
        try Operation.establishContext.check(code, context: established)
        handle = established
    }

    deinit {
        // A service that is gone makes the call fail after it has given back memory and socket: nothing is left to do.
        _ = SCardReleaseContext(handle)
    }
}
