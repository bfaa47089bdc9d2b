import Payments

/// A certificate, its key or an enrolment code cannot be used. Numbers 4301–4349.
package struct CertificateError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case cannotRead = 4301
        case cannotWrite = 4302
        /// Group or others may open the file.
        case readableByOthers = 4303
        /// The file or message does not hold what it should: PEM, a P-256 key, an X.509 certificate.
        case malformed = 4304
        /// Key and certificate are not of one pair, or the certificate is not from the authority beside it.
        case mismatched = 4305
        /// A certificate request that cannot be read, is not signed with its own key, or has another kind of key.
        case requestInvalid = 4306
        /// The code was not typed as the hub printed it.
        case enrolmentCodeMalformed = 4307
        /// The hub that answered is not the one that made the code.
        case hubNotRecognised = 4308
        /// The terminal has no certificate yet.
        case notEnrolled = 4309
        /// The certificate is another terminal's.
        case otherTerminal = 4310
        /// The hub's answer holds no certificate for this terminal's key.
        case answerInvalid = 4311
        /// Somebody enrolled the terminal anew while its certificate was renewed; the newer one stays.
        case identityReplaced = 4312
    }

    package let code: Code
    /// A path, errno or field; no key and no enrolment code.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .cannotRead: "the certificate file cannot be read"
            case .cannotWrite: "the certificate file cannot be written"
            case .readableByOthers: "the certificate file holds a key and must have mode 0600"
            case .malformed: "this is not a certificate with its key; restore the file, or enrol again"
            case .mismatched: "key and certificates do not belong together; restore the file, or enrol again"
            case .requestInvalid: "the certificate request is not one for a P-256 key that its sender holds"
            case .enrolmentCodeMalformed: "the enrolment code is not complete or has a typing error"
            case .hubNotRecognised: "the hub at this address is not the one that made the enrolment code"
            case .notEnrolled:
                "the terminal is not enrolled; make a code with \"till-hub terminal enrol\" and give it "
                    + "to \"tilld enrol\""
            case .otherTerminal: "the certificate was issued to another terminal"
            case .answerInvalid: "the hub's answer holds no valid certificate for this terminal"
            case .identityReplaced: "the terminal was enrolled anew meanwhile"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
