import Devices
import Logging
import SmartCards
import Terminal

/// Puts a real secure module together: its slot, its record, and a log line for every change of its state.
enum SecureModuleSlot {
    /// - Parameters:
    ///   - reader: the slot's PC/SC name, `*` standing for any text.
    ///   - stateDirectory: where the record about the module is kept.
    static func open(
        _ settings: PSAMSettings, reader: String, monitor: PCSCReaderMonitor, stateDirectory: String, logger: Logger
    ) -> PSAMSecureModule {
        PSAMSecureModule(
            settings: settings,
            reader: PCSCCardReader(
                name: "secure module", matching: ReaderNamePattern(reader), monitor: monitor),
            recordFile: stateDirectory + "/secure-module", changed: { log($0, logger) })
    }

    private static func log(_ status: SecureModuleStatus, _ logger: Logger) {
        let count = status.wrongMAC2Count
        if let fault = status.fault {
            logger.error("secure module \(status.condition.rawValue): \(fault)", metadata: ["wrong_mac2": "\(count)"])
        } else if count > 0 {
            logger.warning("secure module ready, but \(count) wrong MAC2 value(s) in a row")
        } else {
            logger.notice("secure module …\(status.serialEnding ?? "?") ready")
        }
    }
}
