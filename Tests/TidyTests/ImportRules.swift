/// Who may import what: dependencies point inward.
enum ImportRules {
    /// The pure modules and all that they may import.
    static let pure: [String: Set<String>] = [
        "Payments": ["Synchronization"],
        "SmartCards": ["Payments", "COpenSSL", "Synchronization"],
        "PaymentCodes": ["Payments", "Crypto", "Synchronization"],
        "HubProtocol": ["Payments", "Crypto", "Synchronization"],
        "ControlProtocol": ["Payments", "HubProtocol", "Synchronization"],
    ]

    /// Our other modules and which of ours they may import. `TerminalDaemon` composes the adapters;
    /// executables may import anything of ours.
    static let own: [String: Set<String>] = [
        "CrashPoints": ["Synchronization"],
        "Terminal": ["Payments", "SmartCards", "PaymentCodes", "HubProtocol", "ControlProtocol", "CrashPoints"],
        "PCSC": ["CPCSC"],
        "Devices": ["DurableFiles", "Terminal", "Payments", "PaymentCodes", "SmartCards", "PCSC"],
        "DurableFiles": [],
        "Ledger": [
            "CSQLite", "DurableFiles", "Terminal", "Payments", "PaymentCodes", "HubProtocol", "CrashPoints",
        ],
        "Certificates": ["DurableFiles", "Payments"],
        "Uplink": ["Terminal", "Payments", "HubProtocol", "Certificates"],
        "Control": ["Terminal", "Payments", "SmartCards", "HubProtocol", "ControlProtocol"],
        "ControlClient": ["Payments", "HubProtocol", "ControlProtocol"],
        "ServiceHost": ["Payments"],
        "TerminalDaemon": [
            "Terminal", "Payments", "SmartCards", "PaymentCodes", "HubProtocol", "ControlProtocol", "PCSC", "Devices",
            "Ledger", "Uplink", "Control", "ServiceHost", "Certificates",
        ],
        "Lab": [
            "Simulation", "Terminal", "Payments", "SmartCards", "PaymentCodes", "HubProtocol", "ControlProtocol",
            "ControlClient", "CodeRendering", "ServiceHost", "Ledger", "Uplink",
            "CrashPoints",
        ],
        "CodeRendering": ["CQREncode"],
        "Hub": [
            "DurableFiles", "Payments", "SmartCards", "PaymentCodes", "HubProtocol", "CodeRendering", "Certificates",
            "CrashPoints",
        ],
        "FaultyStorage": ["Payments"],
        "CampusSimulation": [
            "Simulation", "FaultyStorage", "Terminal", "Ledger", "Hub", "HubProtocol", "SmartCards", "PaymentCodes",
            "Payments", "DurableFiles",
        ],
        "Simulation": ["DurableFiles", "Payments", "SmartCards", "PaymentCodes", "HubProtocol", "Terminal"],
        "FuzzTargets": [
            "Simulation", "SmartCards", "PaymentCodes", "HubProtocol", "Payments", "Devices", "Terminal", "ServiceHost",
        ],
    ]

    /// Libraries that only these modules may import.
    static let reserved: [String: Set<String>] = [
        "CPCSC": ["PCSC"],
        "CQREncode": ["CodeRendering"],
        "COpenSSL": ["SmartCards"],
        "CSQLite": ["Ledger"],
        "GRDB": ["Ledger", "Hub"],
        "GRDBSQLite": ["FaultyStorage", "Ledger"],
        "X509": ["Certificates"],
        "SwiftASN1": ["Certificates"],
        "NIOSSL": ["Uplink", "Hub", "till-hub"],
        "AsyncHTTPClient": ["Uplink", "ControlClient", "Lab", "till", "till-hub", "till-lab"],
        "Hummingbird": ["Hub", "Control"],
        "HummingbirdTLS": ["Hub"],
        "HummingbirdCore": ["Hub", "Control"],
        "Yams": ["ServiceHost"],
    ]

    /// Modules that `tilld` links: there Foundation's essentials are enough, and the rest costs memory.
    static let linkedByDaemon = Set(pure.keys).union([
        "Terminal", "PCSC", "Devices", "DurableFiles", "Ledger", "Uplink", "Control", "ServiceHost",
        "Certificates", "TerminalDaemon", "tilld",
    ])

    static let executables: Set<String> = ["tilld", "till", "till-hub", "till-lab"]

    static func findings(in file: SourceFile) -> [Finding] {
        guard let module = file.module else { return [] }
        let ours = Set(pure.keys).union(own.keys).union(["CPCSC", "CQREncode", "COpenSSL", "CSQLite"])
        return file.code.enumerated().compactMap { index, line in
            guard let imported = importedModule(line) else { return nil }
            let problem: String? =
                if let allowed = pure[module], !allowed.contains(imported) {
                    "\(module) is pure and may import only \(allowed.sorted().joined(separator: ", ")), not \(imported)"
                } else if let owners = reserved[imported], !owners.contains(module) {
                    "only \(owners.sorted().joined(separator: ", ")) may import \(imported)"
                } else if let allowed = own[module], ours.contains(imported), !allowed.contains(imported) {
                    "\(module) may not import \(imported): dependencies point inward"
                } else if imported == "Foundation", linkedByDaemon.contains(module) {
                    "\(module) is linked by tilld: import FoundationEssentials"
                } else {
                    nil
                }
            return problem.map { Finding(path: file.path, line: index + 1, problem: $0) }
        }
    }

    /// `Payments` of `@testable package import struct Payments.Amount`.
    static func importedModule(_ line: String) -> String? {
        let pattern =
            #/
            ^\s* (?:@\w+(?:\([^)]*\))?\s+)*
            (?:(?:public|package|internal|private|fileprivate)\s+)? import\s+
            (?:(?:struct|class|enum|protocol|func|let|var|typealias)\s+)? (\w+)
            /#
        return line.firstMatch(of: pattern).map { String($0.output.1) }
    }
}
