// Preloaded into a peer (LD_PRELOAD): every connection that it accepts gets TCP_NODELAY. Without it InspIRCd and ngircd wait for
// Nagle's algorithm, their p99 is some 44 ms whatever they do, and beating them would mean nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static int without_delay(int fd) {
  int on = 1, before = errno;
  if (fd >= 0) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // a socket of another kind refuses, and stays as it is
  errno = before;
  return fd;
}

// The peers are single-threaded where they accept; looked up twice, it is the same function.
int accept(int listener, struct sockaddr *restrict address, socklen_t *restrict bytes) {
  static int (*next)(int, struct sockaddr *, socklen_t *);
  if (!next) next = (int (*)(int, struct sockaddr *, socklen_t *))dlsym(RTLD_NEXT, "accept");
  return without_delay(next(listener, address, bytes));
}

int accept4(int listener, struct sockaddr *restrict address, socklen_t *restrict bytes, int flags) {
  static int (*next)(int, struct sockaddr *, socklen_t *, int);
  if (!next) next = (int (*)(int, struct sockaddr *, socklen_t *, int))dlsym(RTLD_NEXT, "accept4");
  return without_delay(next(listener, address, bytes, flags));
}
