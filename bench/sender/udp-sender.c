/*
 * Generated NetFlow v9 over loopback at a steady rate: the load of every bench here.
 *
 *   udp-sender --port P [--to 127.0.0.1] [--rate DATAGRAMS/S] [--seconds S] [--count N] [--exporters N] [--ordinal N]
 *
 * Each exporter is a source address 127.0.0.1, 127.0.0.2, … with its own socket, sequence and template (20 fields). A
 * datagram carries 24 records; templates are sent again each second. Every record is unique: its next hop is the record's
 * ordinal over the whole run, so a reader can tell lost from doubled. Rate 0 = as fast as it goes. What was sent is
 * printed as one line of JSON.
 *
 * Bounded by time and count, and it sends to 127.0.0.0/8 only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  RECORDS = 24,
  BATCH = 32,
  SHAPES = 64,
  MAX_EXPORTERS = 250,
  MAX_SECONDS = 3600,
  HEADER = 20,
  SET_HEADER = 4,
  TEMPLATE_ID = 256
};
static const long MAX_COUNT = 2000000000L;

/* RFC 3954 section 8: field type, length. */
static const uint16_t fields[][2] = {
    {8, 4},  {12, 4}, {15, 4}, {10, 4}, {14, 4}, {2, 4},  {1, 4},  {22, 4}, {21, 4}, {7, 2},
    {11, 2}, {6, 1},  {4, 1},  {5, 1},  {16, 4}, {17, 4}, {9, 1},  {13, 1}, {61, 1}, {58, 2},
};
enum { FIELDS = sizeof fields / sizeof fields[0], STRIDE = 56, DATAGRAM = HEADER + SET_HEADER + RECORDS * STRIDE };
/* Places of the values that differ in every record. */
enum { AT_NEXT_HOP = 8, AT_PACKETS = 20, AT_OCTETS = 24, AT_FIRST = 28, AT_LAST = 32 };

static uint8_t shapes[SHAPES][RECORDS * STRIDE];
static uint32_t ages[SHAPES][RECORDS][2]; /* ms before now that a flow began and ended */
static uint8_t datagrams[BATCH][DATAGRAM];
static volatile sig_atomic_t stopped;

static void on_signal(int signal) {
  (void)signal;
  stopped = 1;
}

static void die(const char *what) {
  fprintf(stderr, "udp-sender: %s\n", what);
  exit(2);
}

static void put16(uint8_t *p, uint16_t v) {
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v) {
  v = htonl(v);
  memcpy(p, &v, 4);
}

static uint32_t get32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return ntohl(v);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* xorshift32: the same load every run. */
static uint32_t state = 2463534242u;
static uint32_t rnd(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void make_shapes(void) {
  static const uint16_t ports[] = {443, 443, 443, 443, 80, 53, 3478, 8801};
  static const uint32_t systems[] = {15169, 8075, 20940, 13335, 16509, 2818, 714, 54113};
  for (int s = 0; s < SHAPES; s++)
    for (int r = 0; r < RECORDS; r++) {
      uint8_t *p = shapes[s] + r * STRIDE;
      int upload = rnd() % 3 == 0;
      uint32_t inside = 0x0a000000u | (rnd() & 0x3ffff), outside = 0xc6120000u | (rnd() & 0x1ffff);
      uint16_t client = (uint16_t)(1024 + rnd() % 60000), server = ports[rnd() & 7];
      uint32_t as = systems[rnd() & 7];
      put32(p, upload ? inside : outside);
      put32(p + 4, upload ? outside : inside);
      put32(p + 12, upload ? 1 : 2);
      put32(p + 16, upload ? 2 : 1);
      put32(p + AT_PACKETS, 1 + rnd() % 1000);
      put32(p + AT_OCTETS, 64 + rnd() % 1000000);
      put16(p + 36, upload ? client : server);
      put16(p + 38, upload ? server : client);
      p[40] = (uint8_t)(rnd() & 31);
      p[41] = server == 53 || server == 3478 ? 17 : 6;
      p[42] = 0;
      put32(p + 43, upload ? 64512 : as);
      put32(p + 47, upload ? as : 64512);
      p[51] = 24;
      p[52] = 16;
      p[53] = (uint8_t)upload;
      put16(p + 54, 10);
      ages[s][r][1] = rnd() % 500;
      ages[s][r][0] = ages[s][r][1] + rnd() % 4000;
    }
}

struct exporter {
  int fd;
  uint32_t sequence;
};

static void header(uint8_t *p, uint16_t count, uint32_t uptime, uint32_t seconds, uint32_t sequence) {
  put16(p, 9);
  put16(p + 2, count);
  put32(p + 4, uptime);
  put32(p + 8, seconds);
  put32(p + 12, sequence);
  put32(p + 16, 1);
}

static int send_template(struct exporter *e, uint32_t uptime, uint32_t seconds) {
  uint8_t b[HEADER + SET_HEADER + 4 + FIELDS * 4];
  header(b, 1, uptime, seconds, e->sequence);
  put16(b + 20, 0);
  put16(b + 22, SET_HEADER + 4 + FIELDS * 4);
  put16(b + 24, TEMPLATE_ID);
  put16(b + 26, FIELDS);
  for (int i = 0; i < (int)FIELDS; i++) {
    put16(b + 28 + i * 4, fields[i][0]);
    put16(b + 30 + i * 4, fields[i][1]);
  }
  if (send(e->fd, b, sizeof b, 0) != (ssize_t)sizeof b) return 0;
  e->sequence++;
  return 1;
}

/* Fills one datagram; returns the octets that its records claim. */
static uint64_t fill(uint8_t *d, uint32_t shape, uint32_t sequence, uint32_t uptime, uint32_t seconds,
                     uint32_t ordinal) {
  header(d, RECORDS, uptime, seconds, sequence);
  put16(d + 20, TEMPLATE_ID);
  put16(d + 22, SET_HEADER + RECORDS * STRIDE);
  uint8_t *p = d + HEADER + SET_HEADER;
  memcpy(p, shapes[shape], RECORDS * STRIDE);
  uint64_t octets = 0;
  for (int r = 0; r < RECORDS; r++, p += STRIDE) {
    put32(p + AT_NEXT_HOP, ordinal + (uint32_t)r);
    put32(p + AT_FIRST, uptime - ages[shape][r][0]);
    put32(p + AT_LAST, uptime - ages[shape][r][1]);
    octets += get32(p + AT_OCTETS);
  }
  return octets;
}

static double number(const char *text, double low, double high, const char *what) {
  char *end;
  double v = strtod(text, &end);
  if (end == text || *end != 0 || !(v >= low && v <= high)) die(what);
  return v;
}

int main(int argc, char **argv) {
  int port = 0, exporters = 1;
  double rate = 1000, seconds = 5;
  long count = MAX_COUNT;
  uint32_t ordinal = 0;
  const char *to = "127.0.0.1";
  for (int i = 1; i < argc; i += 2) {
    const char *k = argv[i], *v = argv[i + 1];
    if (i + 1 >= argc) die("an option without its value");
    if (!strcmp(k, "--port")) port = (int)number(v, 1, 65535, "--port is 1 to 65535");
    else if (!strcmp(k, "--to")) to = v;
    else if (!strcmp(k, "--rate")) rate = number(v, 0, 1e7, "--rate is 0 to 10000000 datagrams/s");
    else if (!strcmp(k, "--seconds")) seconds = number(v, 0.01, MAX_SECONDS, "--seconds is 0.01 to 3600");
    else if (!strcmp(k, "--count")) count = (long)number(v, 1, (double)MAX_COUNT, "--count is 1 to 2000000000 datagrams");
    else if (!strcmp(k, "--exporters")) exporters = (int)number(v, 1, MAX_EXPORTERS, "--exporters is 1 to 250");
    else if (!strcmp(k, "--ordinal")) ordinal = (uint32_t)number(v, 0, 4294967295.0, "--ordinal is a 32-bit number");
    else die("unknown option (see the head of udp-sender.c)");
  }
  if (port == 0) die("--port is missing");
  struct sockaddr_in dest = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, to, &dest.sin_addr) != 1 || ntohl(dest.sin_addr.s_addr) >> 24 != 127)
    die("sends to 127.0.0.0/8 only");
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);

  static struct exporter all[MAX_EXPORTERS];
  for (int i = 0; i < exporters; i++) {
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(0x7f000001u + (uint32_t)i);
    int size = 1 << 22;
    all[i].fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (all[i].fd < 0 || bind(all[i].fd, (void *)&from, sizeof from) || connect(all[i].fd, (void *)&dest, sizeof dest))
      die(strerror(errno));
    setsockopt(all[i].fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  make_shapes();

  /* One batch is at most a millisecond's worth, so that what is measured is a rate and not bursts. */
  int batch = rate <= 0 ? BATCH : (int)(rate / 1000);
  batch = batch < 1 ? 1 : batch > BATCH ? BATCH : batch;
  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  uint64_t claims[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < batch; i++) {
    parts[i] = (struct iovec){.iov_base = datagrams[i], .iov_len = DATAGRAM};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }

  const double uptime0 = 1e6; /* ms that the simulated exporters have been up */
  long sent = 0, templates = 0, failed = 0;
  uint64_t octets = 0;
  uint32_t shape = 0;
  int turn = 0;
  double begin = now(), next_templates = begin, until = begin + seconds, paced = 0;
  while (!stopped && sent < count) {
    double at = now();
    if (at >= until) break;
    uint32_t clock = (uint32_t)time(0), uptime = (uint32_t)(uptime0 + (at - begin) * 1000);
    if (at >= next_templates) {
      for (int i = 0; i < exporters; i++) templates += send_template(&all[i], uptime, clock);
      if (next_templates == begin) {
        usleep(200000); /* let the templates be read before the first data, then start the clock */
        begin += 0.2;
        until += 0.2;
      }
      next_templates += 1;
      continue;
    }
    struct exporter *e = &all[turn];
    turn = (turn + 1) % exporters;
    int want = count - sent < batch ? (int)(count - sent) : batch;
    for (int i = 0; i < want; i++) {
      claims[i] = fill(datagrams[i], shape, e->sequence + (uint32_t)i, uptime, clock, ordinal + (uint32_t)(i * RECORDS));
      shape = (shape + 1) % SHAPES;
    }
    int done = sendmmsg(e->fd, messages, (unsigned)want, 0);
    if (done < 0) {
      /* Nobody listens (yet): an ICMP error on loopback. It is not sent, and it still takes its time. */
      if (errno != ECONNREFUSED && errno != ENOBUFS && errno != EAGAIN && errno != EINTR) die(strerror(errno));
      failed++;
      done = 0;
    }
    for (int i = 0; i < done; i++) octets += claims[i];
    e->sequence += (uint32_t)done;
    ordinal += (uint32_t)(done * RECORDS);
    sent += done;
    paced += want;
    if (rate > 0) {
      double wait = begin + paced / rate - now();
      if (wait > 0.0002) usleep((useconds_t)(wait * 1e6));
    }
  }
  double took = now() - begin;
  printf("{\"datagrams\":%ld,\"records\":%ld,\"octets\":%llu,\"templates\":%ld,\"failed\":%ld,\"seconds\":%.3f,"
         "\"exporters\":%d,\"nextOrdinal\":%u}\n",
         sent, sent * RECORDS, (unsigned long long)octets, templates, failed, took, exporters, ordinal);
  return 0;
}
