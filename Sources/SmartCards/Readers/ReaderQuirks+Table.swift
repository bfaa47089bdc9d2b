extension ReaderQuirks {
    /// All models that are known, the first whose name fits counts: a slot stands before the reader that it is in.
    ///
    /// Names, message lengths and slots: the descriptors in `readers/` of libccid, and acsccid's README, which has
    /// names of its own. Dialects: reference section 2.2. Habits: reference section 2.5. Escapes: reference section
    /// 2.5 and `ifdDriverOptions` in libccid's Info.plist; acsccid lets them pass without it.
    package static let table: [ReaderQuirks] = [
        // acsccid issue 29 (late removal), pyscard issue 18 (empty answers), libccid ACR122U_PICC.txt (271 bytes).
        ReaderQuirks(
            "ACS ACR122U", names: "ACS ACR122U*", valueDialect: .acs, feedback: .acr122, needsRemovalPolling: true,
            givesEmptyAnswers: true, needsEscapeOption: true, messageLengthMaximum: 271),
        // libccid ACS_ACR1252_Dual_Reader.txt: interface "... SAM", short APDU, 288 bytes.
        ReaderQuirks(
            "ACS ACR1252U, SAM slot", names: "ACS ACR1252*SAM]*", messageLengthMaximum: 288, isSecureModuleSlot: true),
        // libccid ACS_ACR1252_Dual_Reader.txt: interface "... PICC", 522 bytes.
        ReaderQuirks(
            "ACS ACR1252U", names: "ACS ACR1252*", valueDialect: .acs, feedback: .acsRedFirst, needsEscapeOption: true,
            messageLengthMaximum: 522),
        // libccid ACS_ACR1255U-J1.txt.
        ReaderQuirks(
            "ACS ACR1255U-J1", names: "ACS ACR1255*", valueDialect: .acs, feedback: .acsGreenFirst,
            needsEscapeOption: true, messageLengthMaximum: 522),
        // libccid ACS_ACR1281U.txt: three slots under one name, so which is the secure module's is not known.
        ReaderQuirks(
            "ACS ACR1281U", names: "ACS ACR1281*", valueDialect: .acs, feedback: .acsRedFirst, needsEscapeOption: true,
            messageLengthMaximum: 522),
        // Reference 2.2, row "OMNIKEY 5x22"; libccid HID_Global_OMNIKEY_5022_Smart_Card_Reader.txt.
        ReaderQuirks(
            "HID OMNIKEY 5022", names: "HID Global OMNIKEY 5022*", valueDialect: .omnikey5022, needsEscapeOption: true,
            messageLengthMaximum: 520),
        // Reference 2.2, row "OMNIKEY 5023"; libccid HID_Global_OMNIKEY_5023_Smart_Card_Reader.txt.
        ReaderQuirks(
            "HID OMNIKEY 5023", names: "HID Global OMNIKEY 5023*", valueDialect: .omnikey5023, needsEscapeOption: true,
            messageLengthMaximum: 520),
        // Reference 2.2, row "OMNIKEY 5x22"; libccid HID_Global_OMNIKEY_5122_Dual.txt.
        ReaderQuirks(
            "HID OMNIKEY 5122", names: "HID Global OMNIKEY 5122*", valueDialect: .omnikey5022, needsEscapeOption: true,
            messageLengthMaximum: 520),
        // Reference 2.2, row "OMNIKEY 5x22"; libccid HID_OMNIKEY_5422.txt.
        ReaderQuirks(
            "HID OMNIKEY 5422", names: "HID Global OMNIKEY 5422*", valueDialect: .omnikey5022, needsEscapeOption: true,
            messageLengthMaximum: 520),
        // libccid HID_OMNIKEY_5427_CK.txt; its driver lets escapes to this model pass without the option. No source
        // for a dialect.
        ReaderQuirks("HID OMNIKEY 5427 CK", names: "HID OMNIKEY 5427*", messageLengthMaximum: 520),
        // libccid Identiv_uTrust_3700_F_CL_Reader.txt. Reference 2.2 has the 3720F's commands, not this model's.
        ReaderQuirks(
            "Identiv uTrust 3700 F", names: "*uTrust 3700*", needsEscapeOption: true, messageLengthMaximum: 1034),
        // Reference 2.2, row "uTrust 3720F"; libccid Identiv_uTrust_3720_Contactless_Reader.txt (263 bytes).
        ReaderQuirks(
            "Identiv uTrust 3720 F", names: "*uTrust 3720*", valueDialect: .identiv3720, needsEscapeOption: true,
            messageLengthMaximum: 263),
        // The same manual as the 3720F's; libccid Identiv_uTrust_3721_Contactless_Reader.txt.
        ReaderQuirks(
            "Identiv uTrust 3721 F", names: "*uTrust 3721*", valueDialect: .identiv3720, needsEscapeOption: true,
            messageLengthMaximum: 271),
        // libccid Identiv_Identiv_uTrust_4701_F_Dual_Interface_Reader.txt: interface "... Contact Reader".
        ReaderQuirks(
            "Identiv uTrust 4701 F, contact slot", names: "*uTrust 4701*Contact Reader]*", needsEscapeOption: true,
            messageLengthMaximum: 271),
        // Reference 2.2, row "uTrust 4701F"; the descriptor's interface "... CL Reader".
        ReaderQuirks(
            "Identiv uTrust 4701 F", names: "*uTrust 4701*", valueDialect: .identiv4701, needsEscapeOption: true,
            messageLengthMaximum: 1034),
        // libccid Identiv_Identiv_uTrust_4711_F_CL_SAM_Reader.txt: interface "... SAM Reader". The product's own name
        // holds the word as well, so the bracket matters.
        ReaderQuirks(
            "Identiv uTrust 4711 F, SAM slot", names: "*uTrust 4711*SAM Reader]*", needsEscapeOption: true,
            messageLengthMaximum: 271, isSecureModuleSlot: true),
        // The same manual as the 4701F's; the descriptor's interface "... CL Reader".
        ReaderQuirks(
            "Identiv uTrust 4711 F", names: "*uTrust 4711*", valueDialect: .identiv4701, needsEscapeOption: true,
            messageLengthMaximum: 1034),
        // libccid Feitian_R502.txt and Feitian_R502-CL.txt.
        ReaderQuirks("Feitian R502", names: "Feitian*R502*", needsEscapeOption: true, messageLengthMaximum: 271),
        // Reference 2.5: two endpoints, so pcscd polls it; libccid Jinmuyu_Electronics_MR800.txt.
        ReaderQuirks("Jinmuyu MR800", names: "*Jinmuyu*MR800*", needsEscapeOption: true, messageLengthMaximum: 527),
        // libccid DUALi_DRAGON_NFC_READER.txt: interface "DRAGON SAM READER".
        ReaderQuirks(
            "DUALi Dragon, SAM slot", names: "DUALi*SAM READER]*", needsEscapeOption: true, messageLengthMaximum: 2048,
            isSecureModuleSlot: true),
        // libccid DUALi_DE-620_Combi.txt, DUALi_DE-ABCM6_RFRW.txt (1014, the least), DUALi_DRAGON_NFC_READER.txt.
        ReaderQuirks("DUALi", names: "DUALi*", needsEscapeOption: true, messageLengthMaximum: 1014),
        // vsmartcard's driver: knows no escapes (measured: unsupported feature); its messages have a 16-bit length.
        ReaderQuirks("Virtual PCD", names: "Virtual PCD*"),
    ]
}
