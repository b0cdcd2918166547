// What both programs need: failing, the clock, where to run, how many files may be open, lists in files.
#pragma once
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static struct timespec began;

static void begin(void) {
  clock_gettime(CLOCK_MONOTONIC, &began);
}

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)((t.tv_sec - began.tv_sec) * 1000000 + (t.tv_nsec - began.tv_nsec) / 1000);
}

// Runs this program on one processor only; below 0: wherever it likes.
static void pin_to(int core) {
  if (core < 0) return;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET((size_t)core, &cores);
  sched_setaffinity(0, sizeof cores, &cores);
}

// Raises the number of open files as far as it goes, which must be enough for so many connections.
static void may_open(int connections) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < (rlim_t)connections + 16)
    fail("this process may open only %lu files, too few for %d connections", (unsigned long)files.rlim_max, connections);
}

// The first lines of a file.
static char **lines_of(const char *path, int count) {
  char **lines = calloc((size_t)count, sizeof *lines), line[512];
  FILE *file = fopen(path, "r");
  if (!lines || !file) fail("%s cannot be read: %s", path, strerror(errno));
  for (int i = 0; i < count; i++) {
    if (!fgets(line, sizeof line, file)) fail("%s has fewer than %d lines", path, count);
    line[strcspn(line, "\r\n")] = 0;
    lines[i] = strdup(line);
  }
  fclose(file);
  return lines;
}
