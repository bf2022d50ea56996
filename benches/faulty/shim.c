/* Preloaded into the server: makes writes to its data directory fail as long as a file says so, and keeps a journal of them, from
   which the disk can be put together as a power cut at any moment would have left it.

   FAULTS_DATA is the data directory; FAULTS_CONTROL a directory. `full` in it: writes end with ENOSPC. `broken`: with EIO.
   `unsynced`: fsync ends with EIO. `clock` holds seconds that the clock is ahead. `journal` is written to if it is there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = dlsym(RTLD_NEXT, name)

static int is_set(const char *name) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", getenv("FAULTS_CONTROL"), name);
    return access(path, F_OK) == 0;
}

/* Where a file is in the data directory; nothing for others and for shared memory, which no power cut leaves. */
static const char *place(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    const char *data = getenv("FAULTS_DATA");
    if (length <= 0 || !data) return NULL;
    path[length] = 0;
    size_t prefix = strlen(data);
    if (strncmp(path, data, prefix) != 0 || path[prefix] != '/') return NULL;
    const char *name = path + prefix + 1;
    size_t rest = strlen(name);
    if (rest >= 4 && strcmp(name + rest - 4, "-shm") == 0) return NULL;
    return name;
}

/* One line that says what, then as many bytes as it says. Held by the caller's turn, so that the order is that of the disk. */
static void note(char what, const char *name, long long at, const void *bytes, size_t count) {
    char path[PATH_MAX], line[PATH_MAX + 128];
    snprintf(path, sizeof path, "%s/journal", getenv("FAULTS_CONTROL"));
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) return;
    struct timespec now;
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    real(CLOCK_MONOTONIC, &now);
    int length = snprintf(line, sizeof line, "%c %lld %lld %zu %s\n", what,
                          (long long)now.tv_sec * 1000000000LL + now.tv_nsec, at, count, name);
    struct iovec parts[2] = {{line, (size_t)length}, {(void *)bytes, count}};
    if (writev(fd, parts, 2) < 0) abort();
    close(fd);
}

static int refuses(int fd, const char **name, char *path) {
    *name = place(fd, path);
    if (!*name) return 0;
    if (is_set("full")) return errno = ENOSPC, 1;
    if (is_set("broken")) return errno = EIO, 1;
    return 0;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    char path[PATH_MAX];
    const char *name;
    if (refuses(fd, &name, path)) return -1;
    if (!name) return real(fd, bytes, count, at);
    pthread_mutex_lock(&turn);
    ssize_t done = real(fd, bytes, count, at);
    if (done > 0) note('W', name, at, bytes, (size_t)done);
    pthread_mutex_unlock(&turn);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite64(fd, bytes, count, at); }

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    char path[PATH_MAX];
    const char *name;
    if (refuses(fd, &name, path)) return -1;
    if (!name) return real(fd, bytes, count);
    pthread_mutex_lock(&turn);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = real(fd, bytes, count);
    if (done > 0) note('W', name, at, bytes, (size_t)done);
    pthread_mutex_unlock(&turn);
    return done;
}

int ftruncate64(int fd, off64_t length) {
    REAL(int, "ftruncate64", int, off64_t);
    char path[PATH_MAX];
    const char *name;
    if (refuses(fd, &name, path)) return -1;
    if (!name) return real(fd, length);
    pthread_mutex_lock(&turn);
    int done = real(fd, length);
    if (done == 0) note('T', name, length, "", 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, int (*real)(int)) {
    char path[PATH_MAX];
    const char *name = place(fd, path);
    if (!name) return real(fd);
    if (is_set("broken") || is_set("unsynced")) return errno = EIO, -1;
    pthread_mutex_lock(&turn);
    int done = real(fd);
    if (done == 0) note('S', name, 0, "", 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    return synced(fd, real);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    return synced(fd, real);
}

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    const char *data = getenv("FAULTS_DATA");
    size_t prefix = data ? strlen(data) : 0;
    int is_ours = data && strncmp(to, data, prefix) == 0 && to[prefix] == '/';
    pthread_mutex_lock(&turn);
    int done = real(from, to);
    if (done == 0 && is_ours) note('R', from + prefix + 1, 0, to + prefix + 1, strlen(to + prefix + 1));
    pthread_mutex_unlock(&turn);
    return done;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    int done = real(which, now);
    if (which != CLOCK_REALTIME || !getenv("FAULTS_CONTROL")) return done;
    char path[PATH_MAX], text[32] = "";
    snprintf(path, sizeof path, "%s/clock", getenv("FAULTS_CONTROL"));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return done;
    if (read(fd, text, sizeof text - 1) > 0) now->tv_sec += atoll(text);
    close(fd);
    return done;
}
