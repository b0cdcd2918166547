// The members and senders of one run, and what has been counted so far.
#pragma once
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
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
static uint64_t delivered, measured_deliveries, measured_messages, measured_reads, bytes, last_delivery;
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

static int8_t hex_digit[256];

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
