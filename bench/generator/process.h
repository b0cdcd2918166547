// What a process used: processor time from /proc/PID/stat, memory from /proc/PID/status.
#pragma once
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct cpu_time {
  double user;
  double kernel;
};

static inline struct cpu_time cpu_of(int pid) {
  struct cpu_time used = {0, 0};
  char name[64], text[1024];
  snprintf(name, sizeof name, "/proc/%d/stat", pid);
  FILE *file = fopen(name, "r");
  if (!file) return used;
  if (fgets(text, sizeof text, file)) {
    unsigned long user = 0, kernel = 0;
    // The program's name, in parentheses, may hold anything; the fields are counted from its end.
    char *after = strrchr(text, ')');
    if (after && sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) == 2) {
      double tick = (double)sysconf(_SC_CLK_TCK);
      used = (struct cpu_time){(double)user / tick, (double)kernel / tick};
    }
  }
  fclose(file);
  return used;
}

static inline double rss_mb_of(int pid) {
  char name[64], line[256];
  long kb = 0;
  snprintf(name, sizeof name, "/proc/%d/status", pid);
  FILE *file = fopen(name, "r");
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "VmRSS: %ld", &kb) == 1) break;
  if (file) fclose(file);
  return (double)kb / 1024.0;
}

static inline double own_cpu(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

// Processor time, in core-seconds, that everything on the machine has used since it started.
static inline double machine_cpu(void) {
  unsigned long user = 0, nice = 0, kernel = 0, idle = 0, waiting = 0, hard = 0, soft = 0, stolen = 0;
  FILE *file = fopen("/proc/stat", "r");
  if (!file) return 0;
  if (fscanf(file, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &kernel, &idle, &waiting, &hard, &soft, &stolen) != 8) user = 0;
  fclose(file);
  return (double)(user + nice + kernel + hard + soft + stolen) / (double)sysconf(_SC_CLK_TCK);
}
