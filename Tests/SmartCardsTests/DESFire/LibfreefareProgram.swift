/// The program that lets Debian's libfreefare speak: compiled at test time, it links against the installed library and
/// answers libfreefare's calls to its reader library with lines over standard input and output.
enum LibfreefareProgram {
    static let source = #"""
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <freefare.h>

        /* Exported by libfreefare, missing from its header. */
        void cmac_generate_subkeys(MifareDESFireKey key);
        void cmac(const MifareDESFireKey key, uint8_t *vector, const uint8_t *data, size_t count, uint8_t *code);

        static void put(const char *label, const uint8_t *bytes, size_t count) {
            printf("%s ", label);
            for (size_t i = 0; i < count; i++) printf("%02X", bytes[i]);
            printf("\n");
            fflush(stdout);
        }

        static int parse(const char *text, uint8_t *bytes, size_t capacity) {
            size_t count = strcspn(text, " \n") / 2;
            if (count > capacity) return -1;
            for (size_t i = 0; i < count; i++) {
                unsigned byte;
                if (sscanf(text + 2 * i, "%2x", &byte) != 1) return -1;
                bytes[i] = (uint8_t)byte;
            }
            return (int)count;
        }

        /* The reader library, from here on: what libfreefare sends goes to the test, which has the card. */
        int nfc_initiator_transceive_bytes(
            nfc_device *device, const uint8_t *sent, const size_t count, uint8_t *answer, const size_t capacity,
            int timeout) {
            char line[1024];
            (void)device; (void)timeout;
            put(">", sent, count);
            if (!fgets(line, sizeof line, stdin)) return -1;
            return parse(line, answer, capacity);
        }

        int nfc_initiator_select_passive_target(
            nfc_device *device, const nfc_modulation modulation, const uint8_t *data, const size_t count,
            nfc_target *target) {
            (void)device; (void)modulation; (void)data; (void)count; (void)target;
            return 1;
        }

        int nfc_initiator_deselect_target(nfc_device *device) { (void)device; return 0; }

        static void need(int isDone, const char *step) {
            if (isDone) return;
            printf("! %s\n", step);
            fflush(stdout);
            exit(0);
        }

        /* purchase MODE KEY: select, authenticate (AES), read, debit 300, write a record, commit, look again. */
        static void purchase(int mode, uint8_t *keyBytes) {
            nfc_iso14443a_info info = {
                .btSak = 0x20, .szUidLen = 7, .abtUid = {0x04}, .szAtsLen = 5,
                .abtAts = {0x75, 0x77, 0x81, 0x02, 0x80}};
            MifareTag tag = freefare_tag_new(NULL, info);
            need(tag != NULL, "tag");
            need(mifare_desfire_connect(tag) == 0, "connect");
            need(mifare_desfire_select_application(tag, mifare_desfire_aid_new(0xF54230)) == 0, "select");
            MifareDESFireKey key = mifare_desfire_aes_key_new(keyBytes);
            need(mifare_desfire_authenticate_aes(tag, 1, key) == 0, "authenticate");
            char *uid = NULL;
            need(mifare_desfire_get_card_uid(tag, &uid) == 0, "uid");
            printf("uid %s\n", uid);
            uint8_t identity[10 + 32];
            need(mifare_desfire_read_data_ex(tag, 1, 0, 10, identity, mode) == 10, "read");
            put("identity", identity, 10);
            int32_t value = 0;
            need(mifare_desfire_get_value_ex(tag, 2, &value, mode) == 0, "value");
            printf("value %d\n", value);
            need(mifare_desfire_debit_ex(tag, 2, 300, mode) == 0, "debit");
            uint8_t record[16];
            for (int i = 0; i < 16; i++) record[i] = (uint8_t)(0xA0 + i);
            need(mifare_desfire_write_record_ex(tag, 3, 0, 16, record, mode) == 16, "record");
            need(mifare_desfire_get_value_ex(tag, 2, &value, mode) == 0, "value before commit");
            printf("uncommitted %d\n", value);
            need(mifare_desfire_commit_transaction(tag) == 0, "commit");
            need(mifare_desfire_get_value_ex(tag, 2, &value, mode) == 0, "value after commit");
            printf("committed %d\n", value);
            uint8_t records[16 * 8 + 64];
            need(mifare_desfire_read_records_ex(tag, 3, 0, 7, records, mode) == 16 * 7, "records");
            put("records", records, 16 * 7);
            /* Not committed: the card must forget it. */
            need(mifare_desfire_debit_ex(tag, 2, 100, mode) == 0, "second debit");
            need(mifare_desfire_abort_transaction(tag) == 0, "abort");
            printf("done\n");
        }

        /* codes: lines KEY DATA, of 16 bytes for AES, a0 and 16 for 2TDEA, b0 and 24 for 3TDEA. */
        static void codes(void) {
            char line[1024];
            while (fgets(line, sizeof line, stdin)) {
                uint8_t bytes[64], data[256], vector[16] = {0}, code[16] = {0};
                char *space = strchr(line, ' ');
                int keyCount = parse(line, bytes, sizeof bytes);
                int count = space ? parse(space + 1, data, sizeof data) : -1;
                need(keyCount >= 16 && count >= 0, "line");
                MifareDESFireKey key =
                    keyCount == 16 ? mifare_desfire_aes_key_new(bytes)
                    : keyCount == 17 ? mifare_desfire_3des_key_new_with_version(bytes + 1)
                                     : mifare_desfire_3k3des_key_new_with_version(bytes + 1);
                cmac_generate_subkeys(key);
                cmac(key, vector, data, (size_t)count, code);
                put("code", code, keyCount == 16 ? 16 : 8);
                mifare_desfire_key_free(key);
            }
        }

        int main(int count, char **arguments) {
            uint8_t key[16];
            if (count == 4 && !strcmp(arguments[1], "purchase") && parse(arguments[3], key, 16) == 16)
                purchase(atoi(arguments[2]), key);
            else if (count == 2 && !strcmp(arguments[1], "codes"))
                codes();
            else
                return 64;
            return 0;
        }
        """#
}
