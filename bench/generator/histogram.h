// A histogram of times in microseconds: exact below 64, then 64 steps to each doubling, so at most 1.6 % off.
#pragma once
#include <stdint.h>

enum { STEPS = 64, BUCKETS = STEPS * 40 };

struct histogram {
  uint64_t counts[BUCKETS];
  uint64_t total;
  uint64_t largest;
};

static inline int bucket_of(uint64_t us) {
  if (us < STEPS) return (int)us;
  int doubling = 63 - __builtin_clzll(us) - 6;
  int bucket = STEPS * (doubling + 1) + (int)((us >> doubling) - STEPS);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static inline void record(struct histogram *histogram, uint64_t us) {
  histogram->counts[bucket_of(us)]++;
  histogram->total++;
  if (us > histogram->largest) histogram->largest = us;
}

// The time, in milliseconds, that a share (0 to 1) of all recorded ones did not exceed.
static inline double quantile_ms(const struct histogram *histogram, double share) {
  if (histogram->total == 0) return 0;
  uint64_t wanted = (uint64_t)((double)histogram->total * share), seen = 0;
  for (int i = 0; i < BUCKETS; i++) {
    seen += histogram->counts[i];
    if (seen <= wanted) continue;
    if (i < STEPS) return i / 1000.0;
    // The bucket's upper edge: a quantile must not look better than it was.
    double edge = (double)((uint64_t)(i % STEPS + STEPS + 1) << (i / STEPS - 1));
    return (edge < (double)histogram->largest ? edge : (double)histogram->largest) / 1000.0;
  }
  return (double)histogram->largest / 1000.0;
}

static inline double largest_ms(const struct histogram *histogram) {
  return (double)histogram->largest / 1000.0;
}
