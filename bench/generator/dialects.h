// How members log in and speak: Aerie's frames, those of the plain loop, IRC, and the old Classcord wire.
// IRC and Classcord echo nothing to the sender and acknowledge nothing.
#pragma once
#include "counting.h"
#include "writing.h"

static void put_message(uint32_t index, uint64_t due) {
  struct member *m = &members[index];
  struct sender *s = &senders[index];
  uint32_t sequence = s->sent++, id = FIRST_SEND_ID + sequence;
  s->due[sequence % RING] = due;
  s->seen_by[sequence % RING] = 0;
  char mark[MARK_BYTES + 1];
  snprintf(mark, sizeof mark, "~%03x%08x%010llx^", index, sequence, (unsigned long long)due);
  switch (opt.dialect) {
    case AERIE:
      put(m, "{\"id\":%u,\"do\":\"message.send\",\"input\":{\"channelId\":\"%s\",\"content\":\"%s%s\",\"nonce\":\"%08x%08x\"}}\n", id,
          opt.channel, mark, filler, run_stamp, sequence);
      break;
    case LOOP: put(m, "{\"id\":%u,\"do\":\"send\",\"content\":\"%s%s\"}\n", id, mark, filler); break;
    case IRC: put(m, "PRIVMSG #c :%s%s\r\n", mark, filler); break;
    case CLASSCORD: put(m, "{\"type\":\"message\",\"subtype\":\"global\",\"to\":\"global\",\"content\":\"%s%s\"}\n", mark, filler); break;
  }
}

// ---- logging in

// Queues what a member says at its step of the log-in. False when there is nothing left to say: it is in.
static bool put_step(struct member *m, int index) {
  switch (opt.dialect * 8 + m->step) {
    case AERIE * 8 + 1: put(m, "{\"id\":1,\"do\":\"session.resume\",\"input\":{\"token\":\"%s\"}}\n", tokens[index]); return true;
    case AERIE * 8 + 2: put(m, "{\"id\":2,\"do\":\"log.resume\",\"input\":{\"brief\":true}}\n"); return true;
    case LOOP * 8 + 1: put(m, "{\"id\":1,\"do\":\"join\",\"name\":\"member %d\"}\n", index); return true;
    case IRC * 8 + 1: put(m, "NICK u%d\r\nUSER u%d 0 * :member %d\r\n", index, index, index); return true;
    case IRC * 8 + 2: put(m, "JOIN #c\r\n"); return true;
    case CLASSCORD * 8 + 1: put(m, "{\"type\":\"register\",\"username\":\"u%d\",\"password\":\"pw%d\"}\n", index, index); return true;
    case CLASSCORD * 8 + 2: put(m, "{\"type\":\"login\",\"username\":\"u%d\",\"password\":\"pw%d\"}\n", index, index); return true;
    default: return false;
  }
}

static void take_step(struct member *m) {
  m->step++;
  if (put_step(m, (int)(m - members))) {
    flush_out(m);
  } else {
    m->ready = true;
    ready_members++;
  }
}

// ---- what comes

__attribute__((noreturn)) static void refused(const char *line, const char *end) {
  fail("the server refused: %.*s", (int)(end - line > 400 ? 400 : end - line), line);
}

static inline bool begins(const char *line, const char *end, const char *with) {
  size_t n = strlen(with);
  return (size_t)(end - line) >= n && memcmp(line, with, n) == 0;
}

static inline bool holds(const char *line, const char *end, const char *what) {
  return memmem(line, (size_t)(end - line), what, strlen(what)) != NULL;
}

static void take_answer(struct member *m, const char *line, const char *end, uint64_t now) {
  uint32_t id = 0, index = (uint32_t)(m - members);
  const char *p = line + strlen("{\"id\":");
  while (p < end && *p >= '0' && *p <= '9') id = id * 10 + (uint32_t)(*p++ - '0');
  if (!begins(p, end, ",\"ok\"")) refused(line, end);
  if (!m->ready) {
    if (id == (uint32_t)m->step) take_step(m);
  } else if (index >= (uint32_t)opt.senders || id != FIRST_SEND_ID + senders[index].acked) {
    misplaced_acks++;
  } else {
    take_ack(index, now);
  }
}

static inline void take_frame(struct member *m, const char *line, const char *end, uint64_t now) {
  const char *mark;
  if (begins(line, end, "{\"id\":")) {
    take_answer(m, line, end, now);
  } else if (end - line < 2 || line[0] != '{' || (!m->cut && end[-1] != '}')) {
    malformed++;
  } else if ((mark = memchr(line, '~', (size_t)(end - line)))) {
    take_delivery((uint32_t)(m - members), mark, end, now);
  } else if (holds(line, end, "\"log.gap\"")) {
    gaps++;
  }
}

static inline void take_irc(struct member *m, const char *line, const char *end, uint64_t now) {
  const char *mark, *after;
  if (begins(line, end, "PING")) {
    put(m, "PONG%.*s\r\n", (int)(end - line - 4 > 200 ? 200 : end - line - 4), line + 4);
    flush_out(m);
  } else if (begins(line, end, "ERROR")) {
    refused(line, end);
  } else if (line[0] != ':' || !(after = memchr(line, ' ', (size_t)(end - line)))) {
    malformed++;
  } else if (begins(after, end, " PRIVMSG ")) {
    // Not the first ~ of the line: there may be one in the sender's address.
    mark = memmem(after, (size_t)(end - after), " :~", 3);
    if (mark) take_delivery((uint32_t)(m - members), mark + 2, end, now);
    else malformed++;
  } else if ((m->step == 1 && begins(after, end, " 001 ")) || (m->step == 2 && begins(after, end, " 366 "))) {
    take_step(m);
  } else if (after[1] == '4' && after[4] == ' ' && !begins(after, end, " 422 ")) {
    refused(line, end);  // 4xx is a refusal, 422 only says that there is no message of the day
  }
}

static inline void take_classcord(struct member *m, const char *line, const char *end, uint64_t now) {
  const char *mark;
  if (end - line < 2 || line[0] != '{' || end[-1] != '}') {
    malformed++;
  } else if ((mark = memchr(line, '~', (size_t)(end - line)))) {
    take_delivery((uint32_t)(m - members), mark, end, now);
  } else if (holds(line, end, "\"error\"")) {
    refused(line, end);
  } else if ((m->step == 1 && holds(line, end, "\"register\"")) || (m->step == 2 && holds(line, end, "\"login\""))) {
    take_step(m);
  }
}

static inline void take_line(struct member *m, const char *line, const char *end, uint64_t now) {
  if (end > line && end[-1] == '\r') end--;
  switch (opt.dialect) {
    case IRC: take_irc(m, line, end, now); break;
    case CLASSCORD: take_classcord(m, line, end, now); break;
    default: take_frame(m, line, end, now);
  }
}
