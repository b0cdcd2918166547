// What members send: queued, and written as far as the socket takes it.
#pragma once
#include <sys/socket.h>

#include "state.h"

static void watch(struct member *m, bool write) {
  if (m->watches_write == write) return;
  m->watches_write = write;
  struct epoll_event event = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.u32 = (uint32_t)(m - members)};
  epoll_ctl(poller, EPOLL_CTL_MOD, m->fd, &event);
}

static void flush_out(struct member *m) {
  size_t done = 0;
  while (done < m->out_bytes) {
    ssize_t n = send(m->fd, m->out + done, m->out_bytes - done, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) break;
      fail("writing as member %d failed: %s", (int)(m - members), strerror(errno));
    }
    done += (size_t)n;
  }
  memmove(m->out, m->out + done, m->out_bytes - done);
  m->out_bytes -= done;
  watch(m, m->out_bytes > 0);
}

__attribute__((format(printf, 2, 3))) static void put(struct member *m, const char *format, ...) {
  enum { FRAME = 4096 };
  if (m->out_room - m->out_bytes < FRAME) {
    m->out_room = (m->out_room + FRAME) * 2;
    m->out = realloc(m->out, m->out_room);
    if (!m->out) fail("out of memory");
  }
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(m->out + m->out_bytes, FRAME, format, arguments);
  va_end(arguments);
  if (n >= FRAME) fail("a frame is too long");
  m->out_bytes += (size_t)n;
}
