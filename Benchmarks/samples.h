/* What every floor program needs: a clock, room for samples, and one JSON object on standard output. */
#ifndef CAMPUS_TILL_SAMPLES_H
#define CAMPUS_TILL_SAMPLES_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Exit statuses of sysexits.h. */
enum { EXIT_USAGE = 64, EXIT_SOFTWARE = 70, EXIT_IO = 74 };

static inline int64_t now_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* A whole number from 0 to `most`; anything else ends the program. */
static inline long number_argument(const char *text, const char *name, long most) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 0 || value > most) {
        fprintf(stderr, "%s must be a whole number from 0 to %ld\n", name, most);
        exit(EXIT_USAGE);
    }
    return value;
}

static inline int64_t *room_for_samples(long count) {
    int64_t *samples = calloc((size_t)count + 1, sizeof *samples);
    if (samples == NULL) {
        perror("samples");
        exit(EXIT_SOFTWARE);
    }
    return samples;
}

/* `version` names the library that was measured; NULL when there is none. */
static inline void print_samples(const int64_t *samples, long count, int64_t elapsed, const char *version) {
    printf("{\"elapsedNanoseconds\":%lld", (long long)elapsed);
    if (version != NULL) printf(",\"version\":\"%s\"", version);
    printf(",\"nanoseconds\":[");
    for (long index = 0; index < count; index++) {
        printf("%s%lld", index == 0 ? "" : ",", (long long)samples[index]);
    }
    printf("]}\n");
}

#endif
