/* floor-pcsc READER COMMANDS ROUNDS WARM_UP
 *
 * What a program cannot do without that speaks to a card through pcscd: the bare calls, one after another. Each round
 * connects to the card in READER for itself alone, transmits the commands in the file COMMANDS (one a line, in
 * hexadecimal digits) and disconnects. The context is established once, as a terminal does. Prints the duration of
 * every call after the first WARM_UP rounds, and the status words of the last round. */
#include "samples.h"

#include <winscard.h>

enum {
    MOST_COMMANDS = 16,
    /* Short commands and answers (ISO 7816-4). */
    MOST_COMMAND_BYTES = 261,
    MOST_ANSWER_BYTES = 258,
};

struct command {
    BYTE bytes[MOST_COMMAND_BYTES];
    DWORD length;
    BYTE status[2];
    int64_t *samples;
};

static struct command commands[MOST_COMMANDS];
static long command_count;

static void require(LONG code, const char *call) {
    if (code == SCARD_S_SUCCESS) return;
    fprintf(stderr, "%s: %s\n", call, pcsc_stringify_error(code));
    exit(EXIT_IO);
}

static void read_commands(const char *path, long rounds) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(EXIT_IO);
    }
    char line[2 * MOST_COMMAND_BYTES + 2];
    while (fgets(line, sizeof line, file) != NULL) {
        size_t digits = strspn(line, "0123456789ABCDEFabcdef");
        if (command_count == MOST_COMMANDS || digits < 8 || digits % 2 != 0 || line[digits] != '\n') {
            fprintf(stderr, "%s: at most %d lines of whole commands\n", path, MOST_COMMANDS);
            exit(EXIT_USAGE);
        }
        struct command *command = &commands[command_count++];
        command->length = digits / 2;
        for (size_t index = 0; index < command->length; index++) {
            char byte[3] = {line[2 * index], line[2 * index + 1], '\0'};
            command->bytes[index] = (BYTE)strtoul(byte, NULL, 16);
        }
        command->samples = room_for_samples(rounds);
    }
    fclose(file);
}

static void transmit(SCARDHANDLE card, DWORD protocol, struct command *command, int64_t *duration) {
    SCARD_IO_REQUEST send = {.dwProtocol = protocol, .cbPciLength = sizeof send};
    SCARD_IO_REQUEST receive = send;
    BYTE answer[MOST_ANSWER_BYTES];
    DWORD length = sizeof answer;
    int64_t start = now_nanoseconds();
    LONG code = SCardTransmit(card, &send, command->bytes, command->length, &receive, answer, &length);
    *duration = now_nanoseconds() - start;
    require(code, "SCardTransmit");
    if (length < 2) {
        fprintf(stderr, "SCardTransmit: an answer of %lu bytes\n", length);
        exit(EXIT_IO);
    }
    memcpy(command->status, answer + length - 2, 2);
}

static void print_array(const char *before, const int64_t *samples, long count) {
    printf("%s[", before);
    for (long index = 0; index < count; index++) printf("%s%lld", index == 0 ? "" : ",", (long long)samples[index]);
    printf("]");
}

int main(int count_of_arguments, char **arguments) {
    if (count_of_arguments != 5) {
        fprintf(stderr, "usage: floor-pcsc READER COMMANDS ROUNDS WARM_UP\n");
        return EXIT_USAGE;
    }
    long rounds = number_argument(arguments[3], "ROUNDS", 1000000);
    long warm_up = number_argument(arguments[4], "WARM_UP", 1000000);
    read_commands(arguments[2], rounds);
    int64_t *connecting = room_for_samples(rounds);
    int64_t *disconnecting = room_for_samples(rounds);
    int64_t *sequences = room_for_samples(rounds);

    SCARDCONTEXT context;
    require(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), "SCardEstablishContext");
    for (long round = -warm_up; round < rounds; round++) {
        /* Warm-up rounds leave their times where the first round that counts overwrites them. */
        long index = round < 0 ? 0 : round;
        SCARDHANDLE card;
        DWORD protocol;
        int64_t start = now_nanoseconds();
        LONG code = SCardConnect(context, arguments[1], SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                                 &card, &protocol);
        connecting[index] = now_nanoseconds() - start;
        require(code, "SCardConnect");
        for (long number = 0; number < command_count; number++) {
            transmit(card, protocol, &commands[number], &commands[number].samples[index]);
        }
        int64_t end = now_nanoseconds();
        code = SCardDisconnect(card, SCARD_LEAVE_CARD);
        disconnecting[index] = now_nanoseconds() - end;
        sequences[index] = now_nanoseconds() - start;
        require(code, "SCardDisconnect");
    }
    require(SCardReleaseContext(context), "SCardReleaseContext");

    printf("{\"statusWords\":[");
    for (long number = 0; number < command_count; number++) {
        const BYTE *status = commands[number].status;
        printf("%s\"%02X%02X\"", number == 0 ? "" : ",", status[0], status[1]);
    }
    printf("]");
    print_array(",\"connecting\":", connecting, rounds);
    print_array(",\"disconnecting\":", disconnecting, rounds);
    print_array(",\"sequences\":", sequences, rounds);
    printf(",\"exchanges\":[");
    for (long number = 0; number < command_count; number++) {
        print_array(number == 0 ? "" : ",", commands[number].samples, rounds);
    }
    printf("]}\n");
    return EXIT_SUCCESS;
}
