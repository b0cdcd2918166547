// The members and senders of one run, and what has been counted so far.
#pragma once
#include <signal.h>
#include <sys/epoll.h>

#include "common.h"
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
static int receivers;  // of each message: all members, or all but its sender

static bool measuring;
static struct histogram latency, ack_latency, turns;
static uint64_t delivered, measured_deliveries, measured_messages, measured_reads, bytes, last_delivery;
static uint64_t doubled, malformed, gaps, misplaced_acks;
static uint64_t waited_us;  // blocked, with nothing to read

static int8_t hex_digit[256];

static void read_arguments(void) {
  if (opt.dialect == AERIE) tokens = lines_of(opt.tokens, opt.members);
  static const char words[] = "the site in Boston answers again, the switch had lost power; ";
  filler = calloc(1, (size_t)opt.size);
  for (int i = 0; i < opt.size - MARK_BYTES; i++) filler[i] = words[i % (int)(sizeof words - 1)];
}

static void prepare_process(void) {
  signal(SIGPIPE, SIG_IGN);
  pin_to(opt.core);
  may_open(opt.members);
  for (int i = 0; i < 16; i++) hex_digit[(uint8_t) "0123456789abcdef"[i]] = (int8_t)i;
  begin();
  run_stamp = (uint32_t)time(NULL);
  receivers = opt.members - (echoes(opt.dialect) ? 0 : 1);
  poller = epoll_create1(EPOLL_CLOEXEC);
  members = calloc((size_t)opt.members, sizeof *members);
  senders = calloc((size_t)opt.senders, sizeof *senders);
  expected = calloc((size_t)opt.members * (size_t)opt.senders, sizeof *expected);
  if (!members || !senders || !expected) fail("out of memory");
}
