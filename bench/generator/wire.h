// The members' connections: opening them, and reading what comes line by line.
#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "dialects.h"

static void connect_member(int index) {
  struct member *m = &members[index];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  m->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (m->fd < 0) fail("no socket for member %d: %s", index, strerror(errno));
  int on = 1;
  setsockopt(m->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(m->fd, (struct sockaddr *)&address, sizeof address) != 0) fail("member %d cannot connect: %s", index, strerror(errno));
  fcntl(m->fd, F_SETFL, O_NONBLOCK);
  m->carry = malloc(CARRY_BYTES);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
  if (!m->carry || epoll_ctl(poller, EPOLL_CTL_ADD, m->fd, &event) != 0) fail("member %d cannot be watched", index);
  take_step(m);
}

static void read_member(struct member *m) {
  static char room[CARRY_BYTES + READ_BYTES];
  char *fresh = room + CARRY_BYTES;
  ssize_t n = recv(m->fd, fresh, READ_BYTES, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) fail("the server closed the connection of member %d (%s)", (int)(m - members), n < 0 ? strerror(errno) : "end of stream");
  bytes += (uint64_t)n;
  if (measuring) measured_reads++;
  uint64_t now = now_us();
  char *line = fresh - m->carried, *from = fresh, *end = fresh + n, *newline;
  memcpy(line, m->carry, m->carried);
  while ((newline = memchr(from, '\n', (size_t)(end - from)))) {
    take_line(m, line, m->cut ? line + CARRY_BYTES : newline, now);
    m->cut = false;
    line = from = newline + 1;
  }
  if (m->cut) return;
  size_t rest = (size_t)(end - line);
  m->cut = rest > CARRY_BYTES;
  m->carried = (uint32_t)(m->cut ? CARRY_BYTES : rest);
  memcpy(m->carry, line, m->carried);
}

// One turn: wait at most so long, then serve every socket that has something.
static void turn(uint64_t at_most_us) {
  static struct epoll_event events[EVENTS];
  struct timespec timeout = {.tv_sec = (time_t)(at_most_us / 1000000), .tv_nsec = (long)(at_most_us % 1000000) * 1000};
  uint64_t before = now_us();
  int n = epoll_pwait2(poller, events, EVENTS, &timeout, NULL);
  uint64_t woken = now_us();
  for (int i = 0; i < n; i++) {
    struct member *m = &members[events[i].data.u32];
    if (events[i].events & EPOLLOUT) flush_out(m);
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_member(m);
  }
  if (!measuring) return;
  waited_us += woken - before;
  if (n > 0) record(&turns, now_us() - woken);
}
