/// Why a command ends, and the exit status that says so (`sysexits.h`).
struct CommandFailure: Error {
    enum Status: Int32 {
        /// The hub said no.
        case refused = 1
        /// EX_DATAERR: the data is wrong, for example books that do not add up.
        case data = 65
        /// EX_UNAVAILABLE: the hub cannot be reached.
        case unavailable = 69
        /// EX_CANTCREAT: an output file cannot be written.
        case cannotCreate = 73
        /// EX_CONFIG: the configuration is wrong.
        case configuration = 78
    }

    let status: Status
    let text: String

    init(_ status: Status, _ text: String) {
        self.status = status
        self.text = text
    }
}
