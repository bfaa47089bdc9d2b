import Foundation
import Glibc
import Simulation
import TestSupport

/// A driver for the real pcscd that plays a USB reader: it has a serial number, a place on the bus, escapes under a
/// number of its own, and can stop answering. Built from C by the test that uses it.
struct FakeReaderDriver {
    /// What pcscd calls the reader.
    static let readerName = "ACS ACR1252 Reader [ACR1252 Reader PICC] 00 00"
    static let serialNumber = "RR553-0042"
    /// Where the reader is plugged in, in ``sysfs``.
    static let port = "1-1.2"

    /// A compiler that comes with Debian's build tools or the Swift toolchain.
    static let compiler = ["/usr/bin/cc", "/usr/bin/clang"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let folder: String
    /// Ends with this process.
    private let pcscd: ServiceProcess

    /// Builds the driver and runs a pcscd of its own with it; this process's PC/SC calls go there. Call it before
    /// the first of them.
    ///
    /// - Parameter slots: how many readers pcscd makes of it; it takes 16 at most.
    init(folder: String, compiler: String, slots: Int = 1) async throws {
        self.folder = folder
        for name in ["run/pcscd", "no-drivers", "sysfs/bus/usb/devices/\(Self.port)"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        try Self.write("1\n", "\(folder)/sysfs/bus/usb/devices/\(Self.port)/busnum")
        try Self.write("7\n", "\(folder)/sysfs/bus/usb/devices/\(Self.port)/devnum")
        try Self.write(Self.source, "\(folder)/driver.c")
        try Self.write(
            """
            FRIENDLYNAME "ACS ACR1252 Reader [ACR1252 Reader PICC]"
            DEVICENAME /dev/null
            LIBPATH \(folder)/driver.so
            CHANNELID 1

            """, "\(folder)/reader.conf")
        let build = ServiceProcess(
            executable: compiler,
            arguments: [
                "-shared", "-fPIC", "-I/usr/include/PCSC", "-o", folder + "/driver.so", folder + "/driver.c",
            ], logFile: folder + "/build.log")
        try await build.start()
        guard try await build.waitForExit(within: .seconds(60)) == .exited(0) else {
            throw TestCard.Failure(description: build.logTail())
        }
        // As PcscdInstance does it: a /run of its own, and no drivers of USB readers.
        let script = """
            set -e
            mount --bind "$1" "$1/run/pcscd"
            for bundle in /usr/lib/pcsc/drivers/*.bundle; do
                if [ -d "$bundle" ]; then mount --bind "$1/no-drivers" "$bundle"; fi
            done
            mount --rbind "$1/run" /run
            exec /usr/sbin/pcscd --foreground --config "$1/reader.conf"
            """
        pcscd = ServiceProcess(
            executable: "/usr/bin/unshare",
            arguments: ["--mount", "--propagation", "private", "/bin/sh", "-c", script, "fake-driver", folder],
            environment: ["FAKE_READER_FOLDER": folder, "FAKE_READER_SLOTS": String(slots)],
            logFile: folder + "/pcscd.log")
        setenv("PCSCLITE_CSOCK_NAME", folder + "/pcscd.comm", 1)
        try await pcscd.start()
    }

    var sysfs: String { folder + "/sysfs" }

    /// Makes the reader answer to nothing, or again.
    func setBroken(_ isBroken: Bool) throws {
        if isBroken {
            try Self.write("", folder + "/broken")
        } else {
            try FileManager.default.removeItem(atPath: folder + "/broken")
        }
    }

    /// Lays something on the reader that draws power and gives no answer to reset, or takes it away.
    func setMuteCard(_ isPresent: Bool) throws {
        if isPresent {
            try Self.write("", folder + "/card")
        } else {
            try FileManager.default.removeItem(atPath: folder + "/card")
        }
    }

    /// The escapes that the reader got, in hexadecimal.
    var escapes: [String] {
        let text = FileManager.default.contents(atPath: folder + "/escapes").map { String(decoding: $0, as: UTF8.self) }
        return text?.split(separator: "\n").map(String.init) ?? []
    }

    func stop() async { await pcscd.kill() }

    private static func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static let source = """
        #include <arpa/inet.h>
        #include <ifdhandler.h>
        #include <reader.h>
        #include <stdint.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>

        static void path(char *out, size_t size, const char *name)
        {
            snprintf(out, size, "%s/%s", getenv("FAKE_READER_FOLDER"), name);
        }

        RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name) { return IFD_SUCCESS; }
        RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel) { return IFD_SUCCESS; }
        RESPONSECODE IFDHCloseChannel(DWORD lun) { return IFD_SUCCESS; }
        RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value) { return IFD_NOT_SUPPORTED; }
        RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR a, UCHAR b, UCHAR c)
        {
            return IFD_SUCCESS;
        }
        RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length)
        {
            *length = 0;
            return IFD_COMMUNICATION_ERROR;
        }
        RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR tx, DWORD txLength, PUCHAR rx,
                                       PDWORD rxLength, PSCARD_IO_HEADER receive)
        {
            *rxLength = 0;
            return IFD_COMMUNICATION_ERROR;
        }

        RESPONSECODE IFDHICCPresence(DWORD lun)
        {
            char file[4096];
            path(file, sizeof file, "broken");
            if (access(file, F_OK) == 0) return IFD_COMMUNICATION_ERROR;
            path(file, sizeof file, "card");
            return access(file, F_OK) == 0 ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
        }

        RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value)
        {
            const char *serial = "\(serialNumber)";
            uint32_t channel = 0x00200107;
            switch (tag) {
            case TAG_IFD_SLOTS_NUMBER:
                *length = 1;
                *value = atoi(getenv("FAKE_READER_SLOTS"));
                return IFD_SUCCESS;
            case SCARD_ATTR_VENDOR_IFD_SERIAL_NO:
                *length = strlen(serial) + 1;
                memcpy(value, serial, *length);
                return IFD_SUCCESS;
            case SCARD_ATTR_CHANNEL_ID:
                *length = sizeof channel;
                memcpy(value, &channel, sizeof channel);
                return IFD_SUCCESS;
            default:
                *length = 0;
                return IFD_ERROR_TAG;
            }
        }

        RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR tx, DWORD txLength, PUCHAR rx, DWORD rxLength,
                                 LPDWORD returned)
        {
            const unsigned char done[] = {0xE1, 0x00, 0x00, 0x00, 0x01, 0x00};
            *returned = 0;
            if (code == SCARD_CTL_CODE(3400)) {
                uint32_t escape = htonl(SCARD_CTL_CODE(3500));
                rx[0] = 0x13;
                rx[1] = sizeof escape;
                memcpy(rx + 2, &escape, sizeof escape);
                *returned = 2 + sizeof escape;
                return IFD_SUCCESS;
            }
            if (code != SCARD_CTL_CODE(3500)) return IFD_ERROR_NOT_SUPPORTED;
            char file[4096];
            path(file, sizeof file, "escapes");
            FILE *log = fopen(file, "a");
            if (log == NULL) return IFD_COMMUNICATION_ERROR;
            for (DWORD i = 0; i < txLength; i++) fprintf(log, "%02X", tx[i]);
            fprintf(log, "\\n");
            fclose(log);
            memcpy(rx, done, sizeof done);
            *returned = sizeof done;
            return IFD_SUCCESS;
        }
        """
}
