import { readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** Figures of the process, under the names that Prometheus' own clients use. Nothing runs between scrapes. */
export function addProcessMetrics(registry: Registry): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const startedAt = Date.now() / 1_000 - process.uptime();
  gauge('process_cpu_seconds_total', 'CPU time that the process used.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('process_resident_memory_bytes', 'Memory that the process holds.', () => process.memoryUsage.rss());
  gauge('process_start_time_seconds', 'When the process was started.', () => startedAt);
  gauge('nodejs_heap_size_used_bytes', 'Memory that JavaScript uses.', () => process.memoryUsage().heapUsed);
  let last = performance.eventLoopUtilization();
  gauge('nodejs_eventloop_utilization_ratio', 'Share of the time since the last scrape in which the event loop worked.', () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  });
  if (process.platform === 'linux') gauge('process_open_fds', 'Open files and sockets.', () => readdirSync('/proc/self/fd').length);
}
