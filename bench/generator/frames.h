// Lines out of a stream of bytes, plain or inside WebSocket frames (RFC 6455). Only the beginning of a line is kept: it tells what
// it is, and a snapshot may be long.
#pragma once
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { HEAD_BYTES = 200, FRAME_HEAD = 8 };

struct lines {
  int kept;
  char head[HEAD_BYTES + 1];
};

typedef void (*on_line)(void *whose, const char *head);

static void keep(struct lines *lines, const char *from, const char *end) {
  size_t room = (size_t)(HEAD_BYTES - lines->kept), n = (size_t)(end - from) < room ? (size_t)(end - from) : room;
  memcpy(lines->head + lines->kept, from, n);
  lines->kept += (int)n;
}

static void end_line(struct lines *lines, on_line take, void *whose) {
  lines->head[lines->kept] = 0;
  lines->kept = 0;
  take(whose, lines->head);
}

// Takes lines until there are no more bytes or `stop` is set by what took one; returns where it stopped.
static const char *take_bytes_until(struct lines *lines, const char *from, const char *end, const bool *stop, on_line take, void *whose) {
  const char *newline;
  while (!*stop && (newline = memchr(from, '\n', (size_t)(end - from)))) {
    keep(lines, from, newline);
    from = newline + 1;
    end_line(lines, take, whose);
  }
  if (*stop) return from;
  keep(lines, from, end);
  return end;
}

static void take_bytes(struct lines *lines, const char *from, const char *end, on_line take, void *whose) {
  static const bool never = false;
  take_bytes_until(lines, from, end, &never, take, whose);
}

struct frames {
  bool opened;  // the handshake is over
  uint8_t head[10];
  int head_bytes;
  uint64_t left;  // of the payload
};

// How long a frame's head is, as far as its first bytes tell. A server's frames are not masked.
static int head_length(const uint8_t *head, int bytes) {
  if (bytes < 2) return 2;
  int length = head[1] & 127;
  return length == 126 ? 4 : length == 127 ? 10 : 2;
}

static uint64_t payload_length(const uint8_t *head) {
  int length = head[1] & 127, more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (more == 0) return (uint64_t)length;
  uint64_t value = 0;
  for (int i = 0; i < more; i++) value = value << 8 | head[2 + i];
  return value;
}

static void take_frames(struct frames *frames, struct lines *lines, const char *from, const char *end, on_line take,
                        void (*on_ping)(void *whose), void *whose) {
  while (from < end) {
    if (frames->left == 0) {
      frames->head[frames->head_bytes++] = (uint8_t)*from++;
      if (frames->head_bytes < head_length(frames->head, frames->head_bytes)) continue;
      frames->left = payload_length(frames->head);
      if ((frames->head[0] & 15) == 9) on_ping(whose);
      if (frames->left == 0) frames->head_bytes = 0;
      continue;
    }
    uint64_t here = (uint64_t)(end - from) < frames->left ? (uint64_t)(end - from) : frames->left;
    bool is_text = (frames->head[0] & 15) < 8;
    if (is_text) take_bytes(lines, from, from + here, take, whose);
    from += here;
    frames->left -= here;
    if (frames->left > 0) continue;
    frames->head_bytes = 0;
    // The last line of a message need not have a line's end.
    if (is_text && lines->kept > 0) end_line(lines, take, whose);
  }
}

// A client's frame. Its mask is zero, which leaves the text as it is. Texts are shorter than 64 KiB.
static size_t frame_text(char *into, int opcode, const char *text, size_t bytes) {
  size_t n = 0;
  into[n++] = (char)(0x80 | opcode);
  if (bytes < 126) {
    into[n++] = (char)(0x80 | bytes);
  } else {
    into[n++] = (char)(0x80 | 126);
    into[n++] = (char)(bytes >> 8);
    into[n++] = (char)(bytes & 255);
  }
  memset(into + n, 0, 4);
  memcpy(into + n + 4, text, bytes);
  return n + 4 + bytes;
}
