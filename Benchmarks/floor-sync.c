/* floor-sync FILE COUNT [FIRST [PAUSE]]
 *
 * What one durable commit cannot do without: a page is written where SQLite's write-ahead log would put it, then
 * fdatasync. Frames number FIRST, FIRST + 1, ... of the log are written, 4 KiB each, and after LOG_FRAMES of them
 * the log starts over in place, as SQLite's does after a checkpoint. Before each it waits for PAUSE microseconds: the commits
 * of a tap find disk and processor at rest. Prints the duration of each write and sync. */
#include "samples.h"

#include <fcntl.h>
#include <unistd.h>

/* SQLite's default automatic checkpoint, which the ledger keeps. */
enum { FRAME_BYTES = 4096, LOG_FRAMES = 1000 };

int main(int count_of_arguments, char **arguments) {
    if (count_of_arguments < 3 || count_of_arguments > 5) {
        fprintf(stderr, "usage: floor-sync FILE COUNT [FIRST [PAUSE]]\n");
        return EXIT_USAGE;
    }
    long count = number_argument(arguments[2], "COUNT", 1000000);
    long first = count_of_arguments >= 4 ? number_argument(arguments[3], "FIRST", 1000000000) : 0;
    long pause = count_of_arguments == 5 ? number_argument(arguments[4], "PAUSE", 999999) : 0;
    int file = open(arguments[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        perror(arguments[1]);
        return EXIT_IO;
    }
    static unsigned char frame[FRAME_BYTES];
    int64_t *samples = room_for_samples(count);
    int64_t begin = now_nanoseconds();
    for (long index = 0; index < count; index++) {
        memset(frame, (int)(first + index), sizeof frame);
        off_t position = (off_t)((first + index) % LOG_FRAMES) * FRAME_BYTES;
        struct timespec rest = {.tv_sec = 0, .tv_nsec = pause * 1000};
        if (pause > 0) nanosleep(&rest, NULL);
        int64_t start = now_nanoseconds();
        if (pwrite(file, frame, sizeof frame, position) != (ssize_t)sizeof frame || fdatasync(file) != 0) {
            perror(arguments[1]);
            return EXIT_IO;
        }
        samples[index] = now_nanoseconds() - start;
    }
    print_samples(samples, count, now_nanoseconds() - begin, NULL);
    free(samples);
    return close(file) == 0 ? EXIT_SUCCESS : EXIT_IO;
}
