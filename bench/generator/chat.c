// The load of one chat channel, from one thread. N members connect to 127.0.0.1 and read everything; the first S of them also write.
//
// Every message carries a mark: ~ sender (3 hex digits), sequence (8), time in microseconds (10) ^. Each member's stream is checked
// for it: from one sender the sequence must grow by one each time, so a message that is lost, doubled or out of order is counted.
//
// With --window, a sender has at most that many messages outstanding; a message is outstanding until ALL members have it.
// --fill sends so many messages first, not measured: so that clients which do not read are behind from the start.
//
// With --rate, messages are due at fixed times whatever the server does, and times are counted from when a message was due,
// so that a stalled server cannot hide the messages that should have been sent meanwhile.
//
// Prints `measuring` when that begins, and one JSON object at the end; SIGUSR1 ends the measured time sooner. Exit codes: 0 every message reached every member once, 1 it did not or something failed, 2 wrong usage.
#define _GNU_SOURCE
#include "wire.h"

static volatile sig_atomic_t asked_to_finish;

static void finish(int signal_number) {
  (void)signal_number;
  asked_to_finish = 1;
}

static bool all_arrived(void) {
  for (int i = 0; i < opt.senders; i++)
    if (senders[i].complete != senders[i].sent || (acknowledges(opt.dialect) && senders[i].acked != senders[i].sent)) return false;
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

static void fill_window(uint32_t index, uint64_t now, uint64_t window, uint64_t *left) {
  struct sender *s = &senders[index];
  s->refill = false;
  bool wrote = false;
  for (; *left > 0 && s->sent - s->complete < window; (*left)--, wrote = true) put_message(index, now);
  if (wrote) flush_out(&members[index]);
}

static void fill_windows(uint64_t now, uint64_t window, uint64_t *left) {
  for (uint32_t i = 0; i < (uint32_t)opt.senders; i++)
    if (senders[i].refill) fill_window(i, now, window, left);
}

static void fill_channel(void) {
  uint64_t left = (uint64_t)opt.fill, limit = now_us() + 60000000;
  for (int i = 0; i < opt.senders; i++) senders[i].refill = true;
  while (left > 0 || !all_arrived()) {
    fill_windows(now_us(), 8, &left);
    turn(20000);
    if (now_us() > limit) fail("the messages before measuring did not arrive within 60 s");
  }
}

// What the server and this program had used when measuring began.
struct start_of_measuring {
  uint64_t at, bytes;
  struct cpu_time server;
  double own, machine;
};

static struct start_of_measuring start_measuring(uint64_t now) {
  measuring = true;
  puts("measuring");
  fflush(stdout);
  return (struct start_of_measuring){.at = now, .bytes = bytes, .server = cpu_of(opt.pid), .own = own_cpu(), .machine = machine_cpu()};
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
  signal(SIGUSR1, finish);
  read_arguments();
  log_everybody_in();
  double log_in_s = (double)now_us() / 1e6;
  settle();
  fill_channel();

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
      fill_windows(now, (uint64_t)opt.window, &left);
    } else {
      overrun = !send_due(start, now, &left, &due);
    }
    stalled = !all_arrived() && now > last_delivery + patience;
    if (now >= end || (asked_to_finish && measuring) || stalled || overrun || (left == 0 && all_arrived())) break;
    now = now_us();
    turn(left == 0 ? 100000 : due > now ? due - now : 0);
  }
  uint64_t stop = now_us();
  if (!measuring) fail("all messages were sent before measuring began: shorten --warm or send more");
  measuring = false;
  double elapsed = (double)(stop - since.at) / 1e6, own_share = (own_cpu() - since.own) / elapsed, rss_mb = rss_mb_of(opt.pid);
  struct cpu_time server = cpu_of(opt.pid);
  server.user = (server.user - since.server.user) / elapsed;
  server.kernel = (server.kernel - since.server.kernel) / elapsed;
  double others = (machine_cpu() - since.machine) / elapsed - own_share - server.user - server.kernel;
  uint64_t measured_bytes = bytes - since.bytes;

  while (!stalled && !all_arrived() && now_us() < stop + patience) turn(20000);

  uint64_t sent = 0, acked = 0;
  for (int i = 0; i < opt.senders; i++) sent += senders[i].sent, acked += senders[i].acked;
  uint64_t missing = sent * (uint64_t)receivers - delivered;
  bool clean = !missing && (acked == sent || !acknowledges(opt.dialect)) && !doubled && !malformed && !gaps && !misplaced_acks && !overrun;
  printf("{\"members\":%d,\"senders\":%d,\"seconds\":%.3f,\"logInSeconds\":%.3f,", opt.members, opt.senders, elapsed, log_in_s);
  // On the clock CLOCK_MONOTONIC, by which a profiler's samples can be matched to what was measured.
  double clock_s = (double)began.tv_sec + (double)began.tv_nsec / 1e9;
  printf("\"fromS\":%.6f,\"toS\":%.6f,", clock_s + (double)since.at / 1e6, clock_s + (double)stop / 1e6);
  printf("\"deliveriesPerS\":%.0f,\"messagesPerS\":%.1f,\"bytesPerS\":%.0f,", (double)measured_deliveries / elapsed,
         (double)measured_messages / elapsed, (double)measured_bytes / elapsed);
  printf("\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f,", quantile_ms(&latency, 0.5), quantile_ms(&latency, 0.99), largest_ms(&latency));
  if (acknowledges(opt.dialect)) {
    printf("\"ackP50Ms\":%.3f,\"ackP99Ms\":%.3f,", quantile_ms(&ack_latency, 0.5), quantile_ms(&ack_latency, 0.99));
    printf("\"acked\":%lu,", acked);
  }
  printf("\"cpuUser\":%.3f,\"cpuKernel\":%.3f,\"cpuOthers\":%.3f,", server.user, server.kernel, others > 0 ? others : 0);
  printf("\"rssMb\":%.1f,", rss_mb);
  printf("\"sent\":%lu,\"delivered\":%lu,\"missing\":%lu,", sent, delivered, missing);
  printf("\"doubled\":%lu,\"malformed\":%lu,\"gaps\":%lu,\"misplacedAcks\":%lu,", doubled, malformed, gaps, misplaced_acks);
  printf("\"overrun\":%s,\"clean\":%s,", overrun ? "true" : "false", clean ? "true" : "false");
  printf("\"bytesPerRead\":%.0f,", measured_reads ? (double)measured_bytes / (double)measured_reads : 0.0);
  printf("\"generator\":{\"cpu\":%.3f,\"idle\":%.3f,", own_share, (double)waited_us / 1e6 / elapsed);
  printf("\"turnP50Ms\":%.3f,\"turnP99Ms\":%.3f,\"turnMaxMs\":%.3f}}\n", quantile_ms(&turns, 0.5), quantile_ms(&turns, 0.99),
         largest_ms(&turns));
  return clean ? 0 : 1;
}
