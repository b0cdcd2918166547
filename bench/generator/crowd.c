// A crowd beside the members, from one thread: connections to 127.0.0.1 that log in and stay idle, or that behave badly.
//
//   --kind tokens     log in with a token, ask for the snapshot, then read whatever comes
//   --kind entrants   log in with a token, and no more
//   --kind websocket  the same inside WebSockets (RFC 6455)
//   --kind passwords  the same, but log in with a name and a password, and try again later when the server is busy
//   --kind deaf       like tokens, but read nothing more after the snapshot
//   --kind loris      begin a line that never ends, a byte a second
//
// When all are there it prints one JSON object and holds the connections until its standard input ends; then it prints how many
// the server has kept. Exit codes: 0 all were there, 1 they were not or something failed, 2 wrong usage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "frames.h"
#include "histogram.h"

enum kind { TOKENS, ENTRANTS, WEBSOCKET, PASSWORDS, DEAF, LORIS };

static struct {
  enum kind kind;
  int port, count, concurrency, core;
  double patience_s;
  const char *logins;  // a file: a token a line, or a name, a tab and a password
} opt = {.kind = TOKENS, .count = 100, .core = -1, .patience_s = 120};

enum state { UNBORN, CONNECTING, SHAKING, LOGGING_IN, ASKING, THERE, LOST };

struct guest {
  int fd;
  enum state state;
  uint64_t began_at;  // the log-in
  uint64_t again_at;  // when to try it again; 0: it is under way
  struct lines lines;
  struct frames frames;
};

static struct guest *guests;
static char **logins;
static int poller, started, logged_in, there, lost, refused;
static uint64_t connected_us, logged_in_us;
static int connected;
static struct histogram log_in_times;

static void read_options(int argc, char **argv) {
  static const char *const kinds[] = {[TOKENS] = "tokens", [ENTRANTS] = "entrants", [WEBSOCKET] = "websocket", [PASSWORDS] = "passwords", [DEAF] = "deaf",
                                      [LORIS] = "loris"};
  static const struct option names[] = {{"kind", 1, 0, 'd'},        {"port", 1, 0, 'p'}, {"count", 1, 0, 'n'},    {"logins", 1, 0, 't'},
                                        {"concurrency", 1, 0, 'y'}, {"core", 1, 0, 'k'}, {"patience", 1, 0, 'a'}, {0, 0, 0, 0}};
  int name, kind = 0;
  while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
    switch (name) {
      case 'd':
        while (kind <= LORIS && strcmp(optarg, kinds[kind]) != 0) kind++;
        opt.kind = (enum kind)kind;
        break;
      case 'p': opt.port = atoi(optarg); break;
      case 'n': opt.count = atoi(optarg); break;
      case 't': opt.logins = optarg; break;
      case 'y': opt.concurrency = atoi(optarg); break;
      case 'k': opt.core = atoi(optarg); break;
      case 'a': opt.patience_s = atof(optarg); break;
      default: exit(2);
    }
  }
  bool sane = kind <= LORIS && opt.port > 0 && opt.count > 0 && opt.count <= 60000 && opt.patience_s > 0 && opt.patience_s <= 600;
  if (!sane || (opt.kind != LORIS && !opt.logins)) {
    fprintf(stderr, "crowd: give --kind, --port, --count and, unless they are loris, --logins; values must be in range\n");
    exit(2);
  }
  if (opt.concurrency <= 0) opt.concurrency = opt.count;
}

static int index_of(const struct guest *g) {
  return (int)(g - guests);
}

// ---- writing. All that a guest says is short and fits into an empty socket.

static void say(struct guest *g, const char *text, size_t bytes) {
  ssize_t n = send(g->fd, text, bytes, MSG_NOSIGNAL);
  if (n == (ssize_t)bytes) return;
  if (g->state < THERE) fail("writing as guest %d failed: %s", index_of(g), n < 0 ? strerror(errno) : "the socket is full");
}

__attribute__((format(printf, 2, 3))) static void say_frame(struct guest *g, const char *format, ...) {
  char text[1024], framed[1024 + FRAME_HEAD];
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (n >= (int)sizeof text) fail("a frame is too long");
  if (opt.kind == WEBSOCKET) say(g, framed, frame_text(framed, 1, text, (size_t)n));
  else say(g, text, (size_t)n);
}

static void say_log_in(struct guest *g) {
  const char *login = logins[index_of(g)];
  int name = (int)strcspn(login, "\t");
  g->again_at = 0;
  if (opt.kind == PASSWORDS)
    say_frame(g, "{\"id\":1,\"do\":\"session.logIn\",\"input\":{\"user\":\"%.*s\",\"password\":\"%s\"}}\n", name, login, login + name + 1);
  else
    say_frame(g, "{\"id\":1,\"do\":\"session.resume\",\"input\":{\"token\":\"%s\"}}\n", login);
}

// ---- the way in

static void arrive(struct guest *g) {
  g->state = THERE;
  there++;
  // A deaf one is watched for its end only; what is sent to it stays where it is.
  struct epoll_event event = {.events = opt.kind == DEAF ? EPOLLRDHUP : EPOLLIN, .data.u32 = (uint32_t)index_of(g)};
  epoll_ctl(poller, EPOLL_CTL_MOD, g->fd, &event);
}

static void connect_guest(struct guest *g) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  g->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (g->fd < 0) fail("no socket for guest %d: %s", index_of(g), strerror(errno));
  int on = 1;
  setsockopt(g->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (opt.kind == DEAF) {
    // Small segments and a small buffer, as over a real network: on loopback the kernel would take megabytes for one that never reads.
    int segment = 1460, room = 16384;
    setsockopt(g->fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(g->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  }
  if (connect(g->fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)
    fail("guest %d cannot connect: %s", index_of(g), strerror(errno));
  g->state = CONNECTING;
  struct epoll_event event = {.events = EPOLLOUT, .data.u32 = (uint32_t)index_of(g)};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, g->fd, &event) != 0) fail("guest %d cannot be watched", index_of(g));
}

static void begin_talking(struct guest *g) {
  int error = 0;
  socklen_t bytes = sizeof error;
  getsockopt(g->fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
  if (error) fail("guest %d cannot connect: %s", index_of(g), strerror(error));
  if (++connected == opt.count) connected_us = now_us();
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index_of(g)};
  epoll_ctl(poller, EPOLL_CTL_MOD, g->fd, &event);
  g->began_at = now_us();
  if (opt.kind == LORIS) {
    arrive(g);
  } else if (opt.kind == WEBSOCKET) {
    g->state = SHAKING;
    char request[256];
    int n = snprintf(request, sizeof request,
                     "GET /api/ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                     opt.port);
    say(g, request, (size_t)n);
  } else {
    g->state = LOGGING_IN;
    say_log_in(g);
  }
}

// A line came whole; its beginning is enough.
static void take_line(void *guest, const char *head) {
  struct guest *g = guest;
  if (g->state == SHAKING) {
    if (strncmp(head, "HTTP/", 5) == 0 && strncmp(head, "HTTP/1.1 101", 12) != 0) fail("the server opened no WebSocket: %s", head);
    if (head[0] != '\r') return;
    g->frames.opened = true;  // what follows the empty line are frames
    g->state = LOGGING_IN;
    say_log_in(g);
  } else if (g->state == LOGGING_IN && strncmp(head, "{\"id\":1,\"error\":{\"code\":\"busy\"", 30) == 0) {
    refused++;
    // A second or two later, each at its own moment, as clients do.
    g->again_at = now_us() + 1000000 + (uint64_t)(index_of(g) * 7919 % 1000) * 1000;
  } else if (g->state == LOGGING_IN && strncmp(head, "{\"id\":1,", 8) == 0) {
    if (strncmp(head, "{\"id\":1,\"ok\"", 12) != 0) fail("the server refused: %s", head);
    record(&log_in_times, now_us() - g->began_at);
    if (++logged_in == opt.count) logged_in_us = now_us();
    if (opt.kind == ENTRANTS) {
      arrive(g);
      return;
    }
    g->state = ASKING;
    say_frame(g, "{\"id\":2,\"do\":\"log.resume\",\"input\":{}}\n");
  } else if (g->state == LOGGING_IN && strstr(head, "\"error\"")) {
    fail("the server refused: %s", head);  // what it could not even read has no id
  } else if (g->state == ASKING && strncmp(head, "{\"id\":2,", 8) == 0) {
    if (strncmp(head, "{\"id\":2,\"ok\"", 12) != 0) fail("the server refused: %s", head);
    arrive(g);
  }
}

// ---- reading

static void lose(struct guest *g) {
  if (g->state != THERE) fail("the server closed the connection of guest %d before it was in", index_of(g));
  g->state = LOST;
  lost++;
  close(g->fd);
}

static void answer_ping(void *guest) {
  char pong[FRAME_HEAD];
  say(guest, pong, frame_text(pong, 10, "", 0));
}

static void read_guest(struct guest *g) {
  static char room[256 * 1024];
  ssize_t n = recv(g->fd, room, sizeof room, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    lose(g);
    return;
  }
  const char *from = room, *end = room + n;
  if (opt.kind == WEBSOCKET) {
    if (!g->frames.opened) from = take_bytes_until(&g->lines, from, end, &g->frames.opened, take_line, g);
    if (from < end) take_frames(&g->frames, &g->lines, from, end, take_line, answer_ping, g);
  } else if (g->state < THERE) {
    take_bytes(&g->lines, from, end, take_line, g);
  }
}

static void turn(int at_most_ms) {
  static struct epoll_event events[1024];
  int n = epoll_wait(poller, events, 1024, at_most_ms);
  for (int i = 0; i < n; i++) {
    if (events[i].data.u32 == UINT32_MAX) continue;  // standard input, looked at by hold()
    struct guest *g = &guests[events[i].data.u32];
    if (g->state == CONNECTING) begin_talking(g);
    else if (g->state == THERE && opt.kind == DEAF) lose(g);
    else if (g->state != LOST) read_guest(g);
  }
}

static void try_again(uint64_t now) {
  for (int i = 0; i < started; i++)
    if (guests[i].again_at > 0 && guests[i].again_at <= now) say_log_in(&guests[i]);
}

// ---- staying

// A hundredth of the guests each time: every guest says its next byte once a second.
static void say_next_bytes(int hundredth) {
  static const char line[] = "{\"id\":1,\"do\":\"session.resume\",\"input\":{\"token\":\"";
  static int said[100];
  int at = said[hundredth]++;
  for (int i = hundredth; i < started; i += 100)
    if (guests[i].state == THERE) say(&guests[i], at < (int)sizeof line - 1 ? &line[at] : "x", 1);
}

static void hold(void) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
  epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  uint64_t next = now_us();
  for (int hundredth = 0;; hundredth = (hundredth + 1) % 100, next += 10000) {
    uint64_t now;
    while ((now = now_us()) < next) {
      turn((int)((next - now) / 1000) + 1);
      char ignored[64];
      ssize_t n = read(STDIN_FILENO, ignored, sizeof ignored);
      if (n == 0 || (n < 0 && errno != EAGAIN)) return;
    }
    if (opt.kind == LORIS) say_next_bytes(hundredth);
  }
}

int main(int argc, char **argv) {
  read_options(argc, argv);
  signal(SIGPIPE, SIG_IGN);
  pin_to(opt.core);
  may_open(opt.count);
  begin();
  poller = epoll_create1(EPOLL_CLOEXEC);
  guests = calloc((size_t)opt.count, sizeof *guests);
  if (!guests) fail("out of memory");
  if (opt.kind != LORIS) logins = lines_of(opt.logins, opt.count);
  uint64_t from = now_us();
  while (there < opt.count) {
    while (started < opt.count && started - there < opt.concurrency) connect_guest(&guests[started++]);
    turn(10);
    try_again(now_us());
    if (now_us() - from > (uint64_t)(opt.patience_s * 1e6)) fail("only %d of %d were there after %.0f s", there, opt.count, opt.patience_s);
  }
  double seconds = (double)(now_us() - from) / 1e6;
  printf("{\"count\":%d,\"connectedS\":%.4f,\"loggedInS\":%.4f,\"thereS\":%.4f,\"busy\":%d,\"logInP50Ms\":%.3f,\"logInP99Ms\":%.3f}\n",
         opt.count, (double)(connected_us - from) / 1e6, logged_in_us ? (double)(logged_in_us - from) / 1e6 : 0.0, seconds, refused,
         quantile_ms(&log_in_times, 0.5), quantile_ms(&log_in_times, 0.99));
  fflush(stdout);
  hold();
  printf("{\"kept\":%d}\n", opt.count - lost);
  return 0;
}
