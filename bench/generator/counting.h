// What arrived: every message once, whole and in order at each member, and one acknowledgement to its sender.
#pragma once
#include "state.h"

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
  if (from >= (uint32_t)opt.senders || sequence >= senders[from].sent || senders[from].due[sequence % RING] != due) {
    malformed++;
    return;
  }
  struct sender *s = &senders[from];
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
  if (++s->seen_by[sequence % RING] < receivers) return;
  s->complete++;
  s->refill = true;
  if (measuring) measured_messages++;
}

// The next acknowledgement of this sender's messages; they come in the order of sending.
static inline void take_ack(uint32_t sender, uint64_t now) {
  uint32_t sequence = senders[sender].acked++;
  if (measuring) record(&ack_latency, now - senders[sender].due[sequence % RING]);
}
