/* floor-qrencode FILE COUNT
 *
 * What a rendered code cannot do without: libqrencode's own encoding of the text in FILE, called as
 * Sources/CodeRendering calls it. Prints the duration of each call. */
#include "samples.h"

#include <qrencode.h>

int main(int count_of_arguments, char **arguments) {
    if (count_of_arguments != 3) {
        fprintf(stderr, "usage: floor-qrencode FILE COUNT\n");
        return EXIT_USAGE;
    }
    long count = number_argument(arguments[2], "COUNT", 1000000);
    FILE *file = fopen(arguments[1], "r");
    if (file == NULL) {
        perror(arguments[1]);
        return EXIT_IO;
    }
    /* A symbol holds at most 7,089 digits. */
    char text[8192];
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    int64_t *samples = room_for_samples(count);
    int64_t begin = now_nanoseconds();
    for (long index = 0; index < count; index++) {
        int64_t start = now_nanoseconds();
        QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
        samples[index] = now_nanoseconds() - start;
        if (code == NULL) {
            perror("QRcode_encodeString");
            return EXIT_SOFTWARE;
        }
        QRcode_free(code);
    }
    print_samples(samples, count, now_nanoseconds() - begin, QRcode_APIVersionString());
    free(samples);
    return EXIT_SUCCESS;
}
