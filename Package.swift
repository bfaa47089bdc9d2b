// swift-tools-version: 6.2
import PackageDescription

// House settings, the same for every target. `treatAllWarnings` only reaches this package: dependencies are
// built as they are.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: house)
}
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: house)
}

let package = Package(
    name: "campus-till",
    products: [
        .executable(name: "tilld", targets: ["tilld"]),
        .executable(name: "till", targets: ["till"]),
        .executable(name: "till-hub", targets: ["till-hub"]),
        .executable(name: "till-lab", targets: ["till-lab"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries: module map and header, nothing else.
        .systemLibrary(name: "CPCSC", pkgConfig: "libpcsclite", providers: [.apt(["libpcsclite-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // Pure core: no I/O, clock, randomness or logging.
        module("Payments"),
        module("SmartCards", ["Payments", "COpenSSL"]),
        module("PaymentCodes", ["Payments", crypto]),
        module("HubProtocol", ["Payments", crypto]),
        module("ControlProtocol", ["Payments", "HubProtocol"]),

        // Marked moments at which crash tests end a process of a debug build.
        module("CrashPoints"),

        // Application: ports, lane machine, services, policy.
        module(
            "Terminal",
            [
                "Payments", "SmartCards", "PaymentCodes", "HubProtocol", "ControlProtocol", "CrashPoints", log,
                serviceLifecycle,
            ]),

        // Adapters: one outside thing each.
        module("DurableFiles"),
        module("PCSC", ["CPCSC"]),
        module("Devices", ["DurableFiles", "Terminal", "Payments", "PaymentCodes", "SmartCards", "PCSC", log]),
        module(
            "Ledger",
            [
                "CSQLite", "DurableFiles", "Terminal", "Payments", "PaymentCodes", "HubProtocol", "CrashPoints", grdb,
                crypto, log,
            ]),
        module("Certificates", ["DurableFiles", "Payments", crypto, x509, asn1]),
        module(
            "Uplink",
            ["Terminal", "Payments", "HubProtocol", "Certificates", httpClient, nioCore, nioHTTP, nioTLS, log]),
        module(
            "Control",
            ["Terminal", "Payments", "SmartCards", "HubProtocol", "ControlProtocol", hummingbird, nioCore, log]),
        module("ServiceHost", ["Payments", yams, log, serviceLifecycle]),

        module("ControlClient", ["Payments", "ControlProtocol", httpClient, nioCore, nioHTTP]),

        module(
            "TerminalDaemon",
            [
                "Terminal", "Payments", "PaymentCodes", "SmartCards", "HubProtocol", "Devices", "Ledger", "Uplink",
                "Control", "ServiceHost", "Certificates", log, serviceLifecycle, unixSignals,
            ]),

        // Hub and lab.
        module("CodeRendering", ["CQREncode"]),
        module(
            "Hub",
            [
                "DurableFiles", "Payments", "SmartCards", "PaymentCodes", "HubProtocol", "CodeRendering",
                "Certificates", "CrashPoints", grdb, hummingbird, hummingbirdTLS, crypto, log, serviceLifecycle,
                nioCore, nioTLS,
            ]),
        module(
            "Simulation", ["DurableFiles", "Payments", "SmartCards", "PaymentCodes", "HubProtocol", "Terminal", crypto]),

        // A disk that fails, and a whole campus from a seed; never shipped.
        module("FaultyStorage", ["Payments", sqlite]),
        module(
            "CampusSimulation",
            [
                "Simulation", "FaultyStorage", "Terminal", "Ledger", "Hub", "HubProtocol", "SmartCards",
                "PaymentCodes", "Payments", "DurableFiles", crypto, log,
            ]),

        program("tilld", ["TerminalDaemon", argumentParser]),
        program("till", ["Payments", "HubProtocol", "ControlProtocol", "ControlClient", argumentParser]),
        program(
            "till-hub",
            [
                "Hub", "HubProtocol", "Payments", "SmartCards", "CodeRendering", "ServiceHost", "Certificates",
                argumentParser, httpClient, nioCore, nioHTTP, log, serviceLifecycle, unixSignals,
            ]),
        module(
            "Lab",
            [
                "Simulation", "SmartCards", "Payments", "PaymentCodes", "HubProtocol", "ControlProtocol",
                "ControlClient", "Terminal", "Ledger", "Uplink", "CodeRendering", "CrashPoints", crypto,
            ]),
        program(
            "till-lab",
            [
                "Lab", "CampusSimulation", "Simulation", "Devices", "Terminal", "SmartCards", "Payments",
                argumentParser,
            ]),

        // What the fuzzers feed: one entry for each, also replayed by the tests. See scripts/fuzz.
        module(
            "FuzzTargets",
            [
                "Simulation", "SmartCards", "PaymentCodes", "HubProtocol", "Payments", "Devices", "Terminal",
                "ServiceHost", crypto,
            ]),

        // Tests. `TestSupport` holds what several of them share.
        .target(
            name: "TestSupport", dependencies: ["Terminal", "SmartCards", "HubProtocol", "Payments"],
            path: "Tests/TestSupport", swiftSettings: house),
        tests("PaymentsTests", ["Payments", "TestSupport"]),
        tests("SmartCardsTests", ["SmartCards", "Payments", "Simulation", "FuzzTargets"]),
        tests(
            "PaymentCodesTests",
            ["PaymentCodes", "Payments", "CodeRendering", "Simulation", crypto, "TestSupport"]),
        tests("HubProtocolTests", ["HubProtocol", "Payments", crypto]),
        tests("ServiceHostTests", ["ServiceHost", "Payments", "TestSupport", log]),
        tests(
            "PCSCTests",
            ["PCSC", "CPCSC", "Devices", "Terminal", "Simulation", "SmartCards", "Payments", "TestSupport"]),
        tests("DevicesTests", ["Devices", "Terminal", "Simulation", "SmartCards", "Payments", "TestSupport"]),
        tests(
            "LedgerTests",
            [
                "Ledger", "Uplink", "Terminal", "HubProtocol", "PaymentCodes", "Payments", "TestSupport", grdb, crypto,
                nioCore, nioHTTP, httpClient,
            ]),
        tests(
            "TerminalTests",
            [
                "Terminal", "Simulation", "HubProtocol", "SmartCards", "PaymentCodes", "Payments", "TestSupport",
                crypto,
                log, serviceLifecycle,
            ]),
        tests(
            "HubTests",
            [
                "Hub", "HubProtocol", "SmartCards", "PaymentCodes", "Payments", "Simulation", "TestSupport", grdb,
                crypto,
                hummingbird, yams,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        tests(
            "IntegrationTests",
            [
                "Lab", "Simulation", "SmartCards", "Payments", "HubProtocol", "ControlProtocol", "ControlClient",
                "CrashPoints", "TestSupport",
            ]),
        tests("CertificatesTests", ["Certificates", "Payments", "Simulation", "TestSupport", crypto, x509]),
        tests(
            "StorageFaultTests",
            [
                "CampusSimulation", "FaultyStorage", "Ledger", "Hub", "Terminal", "Simulation", "HubProtocol",
                "PaymentCodes", "Payments", "SmartCards", "TestSupport", grdb, crypto, log,
            ]),
        tests(
            "CampusSimulationTests",
            [
                "CampusSimulation", "FaultyStorage", "Simulation", "Ledger", "Hub", "Terminal", "HubProtocol",
                "PaymentCodes", "Payments", "TestSupport", crypto, log,
            ]),
        tests("TidyTests", ["Payments", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// The fuzzer is linked with libFuzzer, whose main() it takes: it exists only for scripts/fuzz, which sets the variable.
// It is part of this package because `package` declarations cannot be seen from another.
if Context.environment["CAMPUS_TILL_FUZZ"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "till-fuzz", dependencies: ["FuzzTargets"], path: "Fuzz/Sources",
            swiftSettings: house + [.unsafeFlags(["-parse-as-library"])]))
}
