// The load of one chat channel, from one thread. N members connect to 127.0.0.1 and read everything; the first S of them also write.
//
// Every message carries a mark: ~ sender (3 hex digits), sequence (8), time in microseconds (10) ^. Each member's stream is checked
// for it: from one sender the sequence must grow by one each time, so a message that is lost, doubled or out of order is counted.
//
// With --window, a sender has at most that many messages outstanding; a message is outstanding until ALL members have it.
// With --rate, messages are due at fixed times whatever the server does, and times are counted from when a message was due,
// so that a stalled server cannot hide the messages that should have been sent meanwhile.
//
// Prints one JSON object. Exit codes: 0 every message reached every member once, 1 it did not or something failed, 2 wrong usage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "histogram.h"
#include "options.h"
#include "process.h"

enum {
  MARK_BYTES = 23,
  CARRY_BYTES = 4096,       // of a line that is not complete; live frames are far shorter, of a longer line the head is enough
  READ_BYTES = 256 * 1024,  // of one read
  RING = 1 << 16,           // messages of one sender that may be outstanding
  FIRST_SEND_ID = 10,
  EVENTS = 1024,
};

struct member {
  int fd;
  int step;  // of the log-in
  bool ready;
  bool cut;  // the carried line is longer than the carry
  bool watches_write;
  uint32_t carried;
  char *carry;
  char *out;  // what the socket would not take yet
  size_t out_bytes, out_room;
};

struct sender {
  uint32_t sent;
  uint32_t complete;  // messages that all members have
  uint32_t acked;
  bool refill;
  uint64_t due[RING];      // when the message was sent, or should have been
  uint16_t seen_by[RING];  // how many members have it
};

static struct options opt;
static struct member *members;
static struct sender *senders;
static uint32_t *expected;  // [member][sender]: the next sequence
static char **tokens;
static char *filler;
static uint32_t run_stamp;
static int poller, ready_members;
static struct timespec began;

static bool measuring;
static struct histogram latency, ack_latency, turns;
static uint64_t delivered, measured_deliveries, measured_messages, bytes, last_delivery;
static uint64_t doubled, malformed, gaps, misplaced_acks;
static uint64_t waited_us;  // blocked, with nothing to read

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("chat generator: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)((t.tv_sec - began.tv_sec) * 1000000 + (t.tv_nsec - began.tv_nsec) / 1000);
}

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
    put(m, "{\"id\":%u,\"do\":\"message.send\",\"input\":{\"channelId\":\"%s\",\"content\":\"%s%s\",\"nonce\":\"%08x%08x\"}}\n", id, opt.channel, mark,
        filler, run_stamp, sequence);
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

static int8_t hex_digit[256];

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

// ---- the run

static bool all_arrived(void) {
  for (int i = 0; i < opt.senders; i++)
    if (senders[i].complete != senders[i].sent || senders[i].acked != senders[i].sent) return false;
  return true;
}

static void log_everybody_in(void) {
  int started = 0;
  while (ready_members < opt.members) {
    while (started < opt.members && started - ready_members < opt.concurrency) connect_member(started++);
    turn(100000);
    if (now_us() > 120000000) fail("only %d of %d members were in after 120 s", ready_members, opt.members);
  }
}

// Waits until nothing has come for a while: arrivals are announced to everybody, and that is not what is measured.
static void settle(void) {
  uint64_t seen = bytes, changed = now_us(), limit = changed + 30000000;
  while (now_us() - changed < 250000 && now_us() < limit) {
    turn(20000);
    if (bytes != seen) {
      seen = bytes;
      changed = now_us();
    }
  }
}

static void fill_window(uint32_t index, uint64_t now, uint64_t *left) {
  struct sender *s = &senders[index];
  s->refill = false;
  bool wrote = false;
  for (; *left > 0 && s->sent - s->complete < (uint32_t)opt.window; (*left)--, wrote = true) put_message(index, now);
  if (wrote) flush_out(&members[index]);
}

static void read_arguments(void) {
  tokens = calloc((size_t)opt.members, sizeof *tokens);
  FILE *file = opt.tokens ? fopen(opt.tokens, "r") : NULL;
  if (opt.dialect == AERIE && !file) fail("%s cannot be read: %s", opt.tokens, strerror(errno));
  char line[512];
  for (int i = 0; file && i < opt.members; i++) {
    if (!fgets(line, sizeof line, file)) fail("%s has fewer than %d tokens", opt.tokens, opt.members);
    line[strcspn(line, "\r\n")] = 0;
    tokens[i] = strdup(line);
  }
  if (file) fclose(file);
  static const char words[] = "the site in Boston answers again, the switch had lost power; ";
  filler = calloc(1, (size_t)opt.size);
  for (int i = 0; i < opt.size - MARK_BYTES; i++) filler[i] = words[i % (int)(sizeof words - 1)];
}

static void prepare_process(void) {
  signal(SIGPIPE, SIG_IGN);
  if (opt.core >= 0) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET((size_t)opt.core, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < (rlim_t)opt.members + 16)
    fail("this process may open only %lu files, too few for %d members", (unsigned long)files.rlim_max, opt.members);
  for (int i = 0; i < 16; i++) hex_digit[(uint8_t) "0123456789abcdef"[i]] = (int8_t)i;
  clock_gettime(CLOCK_MONOTONIC, &began);
  run_stamp = (uint32_t)time(NULL);
  poller = epoll_create1(EPOLL_CLOEXEC);
  members = calloc((size_t)opt.members, sizeof *members);
  senders = calloc((size_t)opt.senders, sizeof *senders);
  expected = calloc((size_t)opt.members * (size_t)opt.senders, sizeof *expected);
  if (!members || !senders || !expected) fail("out of memory");
}

// What the server and this program had used when measuring began.
struct start_of_measuring {
  uint64_t at, bytes;
  struct cpu_time server;
  double own;
};

static struct start_of_measuring start_measuring(uint64_t now) {
  measuring = true;
  return (struct start_of_measuring){.at = now, .bytes = bytes, .server = cpu_of(opt.pid), .own = own_cpu()};
}

// Sends what is due. False when a sender has so many messages outstanding that the server cannot keep this rate.
static bool send_due(uint64_t start, uint64_t now, uint64_t *left, uint64_t *next_due) {
  static uint64_t scheduled;
  while ((*next_due = start + (uint64_t)((double)scheduled * 1e6 / opt.rate)) <= now && *left > 0) {
    uint32_t index = (uint32_t)(scheduled % (uint64_t)opt.senders);
    if (senders[index].sent - senders[index].complete >= RING) return false;
    put_message(index, *next_due);
    flush_out(&members[index]);
    scheduled++;
    (*left)--;
  }
  return true;
}

int main(int argc, char **argv) {
  opt = parse_options(argc, argv);
  prepare_process();
  read_arguments();
  log_everybody_in();
  double log_in_s = (double)now_us() / 1e6;
  settle();

  uint64_t start = now_us(), measure_from = start + (uint64_t)(opt.warm_s * 1e6), end = measure_from + (uint64_t)(opt.seconds * 1e6);
  uint64_t left = opt.messages > 0 ? (uint64_t)opt.messages : UINT64_MAX;
  struct start_of_measuring since = {0};
  uint64_t patience = (uint64_t)(opt.patience_s * 1e6);
  bool stalled = false, overrun = false;
  last_delivery = start;
  for (int i = 0; i < opt.senders; i++) senders[i].refill = true;
  for (;;) {
    uint64_t now = now_us(), due = now + 100000;
    if (!measuring && now >= measure_from) since = start_measuring(now);
    if (opt.window > 0) {
      for (uint32_t i = 0; i < (uint32_t)opt.senders; i++)
        if (senders[i].refill) fill_window(i, now, &left);
    } else {
      overrun = !send_due(start, now, &left, &due);
    }
    stalled = !all_arrived() && now > last_delivery + patience;
    if (now >= end || stalled || overrun || (left == 0 && all_arrived())) break;
    now = now_us();
    turn(left == 0 ? 100000 : due > now ? due - now : 0);
  }
  uint64_t stop = now_us();
  if (!measuring) fail("all messages were sent before measuring began: shorten --warm or send more");
  measuring = false;
  double elapsed = (double)(stop - since.at) / 1e6, own_share = (own_cpu() - since.own) / elapsed, rss_mb = rss_mb_of(opt.pid);
  struct cpu_time server = cpu_of(opt.pid);
  uint64_t measured_bytes = bytes - since.bytes;

  while (!stalled && !all_arrived() && now_us() < stop + patience) turn(20000);

  uint64_t sent = 0, acked = 0;
  for (int i = 0; i < opt.senders; i++) sent += senders[i].sent, acked += senders[i].acked;
  uint64_t missing = sent * (uint64_t)opt.members - delivered;
  bool clean = !missing && acked == sent && !doubled && !malformed && !gaps && !misplaced_acks && !overrun;
  printf("{\"members\":%d,\"senders\":%d,\"seconds\":%.3f,\"logInSeconds\":%.3f,", opt.members, opt.senders, elapsed, log_in_s);
  // On the clock CLOCK_MONOTONIC, by which a profiler's samples can be matched to what was measured.
  double clock_s = (double)began.tv_sec + (double)began.tv_nsec / 1e9;
  printf("\"fromS\":%.6f,\"toS\":%.6f,", clock_s + (double)since.at / 1e6, clock_s + (double)stop / 1e6);
  printf("\"deliveriesPerS\":%.0f,\"messagesPerS\":%.1f,\"bytesPerS\":%.0f,", (double)measured_deliveries / elapsed, (double)measured_messages / elapsed,
         (double)measured_bytes / elapsed);
  printf("\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f,\"ackP50Ms\":%.3f,\"ackP99Ms\":%.3f,", quantile_ms(&latency, 0.5), quantile_ms(&latency, 0.99),
         (double)latency.largest / 1000.0, quantile_ms(&ack_latency, 0.5), quantile_ms(&ack_latency, 0.99));
  printf("\"cpuUser\":%.3f,\"cpuKernel\":%.3f,\"rssMb\":%.1f,", (server.user - since.server.user) / elapsed,
         (server.kernel - since.server.kernel) / elapsed, rss_mb);
  printf("\"sent\":%lu,\"acked\":%lu,\"delivered\":%lu,\"missing\":%lu,\"doubled\":%lu,\"malformed\":%lu,\"gaps\":%lu,\"misplacedAcks\":%lu,", sent, acked,
         delivered, missing, doubled, malformed, gaps, misplaced_acks);
  printf("\"overrun\":%s,\"clean\":%s,", overrun ? "true" : "false", clean ? "true" : "false");
  printf("\"generator\":{\"cpu\":%.3f,\"idle\":%.3f,\"turnP50Ms\":%.3f,\"turnP99Ms\":%.3f,\"turnMaxMs\":%.3f}}\n", own_share,
         (double)waited_us / 1e6 / elapsed, quantile_ms(&turns, 0.5), quantile_ms(&turns, 0.99), (double)turns.largest / 1000.0);
  return clean ? 0 : 1;
}
