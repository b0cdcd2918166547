// The command line of the generator.
#pragma once
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum dialect { AERIE, LOOP, IRC, CLASSCORD };

struct options {
  enum dialect dialect;
  int port;
  const char *tokens;   // a file with one session token a line (Aerie)
  const char *channel;  // id of the channel to talk in (Aerie)
  int members;
  int senders;
  int window;        // messages that a sender may have that not all members have seen
  double rate;       // or: messages a second, of all senders together
  double warm_s;     // not measured
  double seconds;    // measured
  double patience_s;  // how long nothing may arrive, and how long the last messages may take
  long messages;     // stop sending after so many; 0: no bound but the time
  long fill;         // messages that are sent as fast as they arrive, before anything else and not measured
  int size;          // bytes of content
  int concurrency;   // connections that may be logging in at once
  int core;          // run on this processor; -1: anywhere
  int pid;           // the server's process, to measure it
};

static inline enum dialect parse_dialect(const char *name) {
  static const char *const names[] = {[AERIE] = "aerie", [LOOP] = "loop", [IRC] = "irc", [CLASSCORD] = "classcord"};
  for (int i = 0; i < 4; i++)
    if (strcmp(name, names[i]) == 0) return (enum dialect)i;
  fprintf(stderr, "chat generator: there is no dialect %s\n", name);
  exit(2);
}

// Whether the server sends a message to its sender too.
static inline bool echoes(enum dialect dialect) {
  return dialect == AERIE || dialect == LOOP;
}

// Whether the server answers that it has taken a message.
static inline bool acknowledges(enum dialect dialect) {
  return dialect == AERIE || dialect == LOOP;
}

static inline struct options parse_options(int argc, char **argv) {
  struct options o = {.dialect = AERIE, .members = 100, .senders = 10, .warm_s = 1, .seconds = 4, .patience_s = 10, .size = 100};
  o.concurrency = 50;
  o.core = -1;
  static const struct option names[] = {
      {"dialect", 1, 0, 'd'}, {"port", 1, 0, 'p'},     {"tokens", 1, 0, 't'},      {"channel", 1, 0, 'c'},
      {"members", 1, 0, 'n'}, {"senders", 1, 0, 's'},  {"window", 1, 0, 'w'},      {"rate", 1, 0, 'r'},
      {"warm", 1, 0, 'u'},    {"seconds", 1, 0, 'l'},  {"patience", 1, 0, 'a'},    {"messages", 1, 0, 'm'},
      {"size", 1, 0, 'z'},    {"concurrency", 1, 0, 'y'}, {"core", 1, 0, 'k'},     {"pid", 1, 0, 'i'},
      {"fill", 1, 0, 'f'},    {0, 0, 0, 0},
  };
  int name;
  while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
    switch (name) {
      case 'd': o.dialect = parse_dialect(optarg); break;
      case 'p': o.port = atoi(optarg); break;
      case 't': o.tokens = optarg; break;
      case 'c': o.channel = optarg; break;
      case 'n': o.members = atoi(optarg); break;
      case 's': o.senders = atoi(optarg); break;
      case 'w': o.window = atoi(optarg); break;
      case 'r': o.rate = atof(optarg); break;
      case 'u': o.warm_s = atof(optarg); break;
      case 'l': o.seconds = atof(optarg); break;
      case 'a': o.patience_s = atof(optarg); break;
      case 'm': o.messages = atol(optarg); break;
      case 'f': o.fill = atol(optarg); break;
      case 'z': o.size = atoi(optarg); break;
      case 'y': o.concurrency = atoi(optarg); break;
      case 'k': o.core = atoi(optarg); break;
      case 'i': o.pid = atoi(optarg); break;
      default: exit(2);
    }
  }
  if (o.senders > o.members) o.senders = o.members;
  bool sane = o.port > 0 && o.members > 0 && o.members <= 60000 && o.senders > 0 && o.senders <= 4096 && o.size >= 32 && o.size <= 2000;
  sane = sane && o.seconds > 0 && o.seconds <= 600 && o.warm_s >= 0 && o.warm_s <= 600 && o.patience_s > 0 && o.patience_s <= 60;
  sane = sane && o.concurrency > 0 && (o.window > 0) != (o.rate > 0) && o.window <= 32768;
  // A line of IRC has at most 512 bytes; somebody else must be there to hear what is not echoed.
  sane = sane && (o.dialect != IRC || o.size <= 400) && (echoes(o.dialect) || o.members > 1) && o.fill >= 0 && o.fill <= 1000000;
  if (!sane || (o.dialect == AERIE && (!o.tokens || !o.channel))) {
    fprintf(stderr, "chat generator: give --port, --window or --rate, for Aerie --tokens and --channel; values must be in range\n");
    exit(2);
  }
  return o;
}
