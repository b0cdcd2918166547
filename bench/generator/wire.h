// The members' connections: writing, logging in, reading and checking what comes.
#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "state.h"

// ---- writing

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

static void put_message(uint32_t index, uint64_t due) {
  struct member *m = &members[index];
  struct sender *s = &senders[index];
  uint32_t sequence = s->sent++, id = FIRST_SEND_ID + sequence;
  s->due[sequence % RING] = due;
  s->seen_by[sequence % RING] = 0;
  char mark[MARK_BYTES + 1];
  snprintf(mark, sizeof mark, "~%03x%08x%010llx^", index, sequence, (unsigned long long)due);
  if (opt.dialect == AERIE)
    put(m, "{\"id\":%u,\"do\":\"message.send\",\"input\":{\"channelId\":\"%s\",\"content\":\"%s%s\",\"nonce\":\"%08x%08x\"}}\n", id,
        opt.channel, mark, filler, run_stamp, sequence);
  else
    put(m, "{\"id\":%u,\"do\":\"send\",\"content\":\"%s%s\"}\n", id, mark, filler);
}

// ---- logging in

static void take_step(struct member *m) {
  int index = (int)(m - members);
  m->step++;
  if (opt.dialect == LOOP && m->step == 1)
    put(m, "{\"id\":1,\"do\":\"join\",\"name\":\"member %d\"}\n", index);
  else if (opt.dialect == AERIE && m->step == 1)
    put(m, "{\"id\":1,\"do\":\"session.resume\",\"input\":{\"token\":\"%s\"}}\n", tokens[index]);
  else if (opt.dialect == AERIE && m->step == 2)
    put(m, "{\"id\":2,\"do\":\"log.resume\",\"input\":{}}\n");
  else {
    m->ready = true;
    ready_members++;
    return;
  }
  flush_out(m);
}

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

// ---- reading

static inline uint64_t hex(const char *p, int digits) {
  uint64_t value = 0;
  for (int i = 0; i < digits; i++) value = value << 4 | (uint8_t)hex_digit[(uint8_t)p[i]];
  return value;
}

static inline void take_delivery(uint32_t member, const char *mark, const char *end, uint64_t now) {
  size_t fill = (size_t)opt.size - MARK_BYTES;
  if ((size_t)(end - mark) < MARK_BYTES + fill || mark[MARK_BYTES - 1] != '^' || memcmp(mark + MARK_BYTES, filler, fill) != 0) {
    malformed++;
    return;
  }
  uint32_t from = (uint32_t)hex(mark + 1, 3), sequence = (uint32_t)hex(mark + 4, 8);
  uint64_t due = hex(mark + 12, 10);
  struct sender *s = &senders[from];
  if (from >= (uint32_t)opt.senders || sequence >= s->sent || s->due[sequence % RING] != due) {
    malformed++;
    return;
  }
  uint32_t *next = &expected[member * (uint32_t)opt.senders + from];
  if (sequence < *next) {
    doubled++;
    return;
  }
  *next = sequence + 1;
  delivered++;
  last_delivery = now;
  if (measuring) {
    measured_deliveries++;
    record(&latency, now - due);
  }
  if (++s->seen_by[sequence % RING] < opt.members) return;
  s->complete++;
  s->refill = true;
  if (measuring) measured_messages++;
}

static void take_answer(struct member *m, const char *line, const char *end, uint64_t now) {
  uint32_t id = 0, index = (uint32_t)(m - members);
  const char *p = line + strlen("{\"id\":");
  while (p < end && *p >= '0' && *p <= '9') id = id * 10 + (uint32_t)(*p++ - '0');
  if (end - p < 5 || memcmp(p, ",\"ok\"", 5) != 0) fail("the server refused: %.*s", (int)(end - line > 400 ? 400 : end - line), line);
  if (!m->ready) {
    if (id == (uint32_t)m->step) take_step(m);
    return;
  }
  if (index >= (uint32_t)opt.senders || id != FIRST_SEND_ID + senders[index].acked) {
    misplaced_acks++;
    return;
  }
  uint32_t sequence = senders[index].acked++;
  if (measuring) record(&ack_latency, now - senders[index].due[sequence % RING]);
}

static inline void take_line(struct member *m, const char *line, const char *end, uint64_t now) {
  const char *mark;
  if (end > line && end[-1] == '\r') end--;
  if (end - line > 6 && memcmp(line, "{\"id\":", 6) == 0) {
    take_answer(m, line, end, now);
  } else if (end - line < 2 || line[0] != '{' || (!m->cut && end[-1] != '}')) {
    malformed++;
  } else if ((mark = memchr(line, '~', (size_t)(end - line)))) {
    take_delivery((uint32_t)(m - members), mark, end, now);
  } else if (memmem(line, (size_t)(end - line), "\"log.gap\"", 9)) {
    gaps++;
  }
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
