/**
 * Runs inside a function's process by NODE_OPTIONS=--import, as a monitoring agent does. On SIGUSR2 it writes to a file
 * what the process has used since the last signal, and resets its counters.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const SAMPLE_MS = 5;

/** `longestBlockMs`: how long the event loop was blocked at most. `cpuMs`: the processor time of all threads. */
export type GaugeReading = { heapMb: number; rssMb: number; longestBlockMs: number; cpuMs: number };

/** The file of the process with this id. */
export const gaugeFile = (pid: number): string => join(tmpdir(), `attack-gauge-${pid}.json`);

const toMb = (bytes: number) => Math.round(bytes / 1024 / 1024);

function watch(): void {
  const delay = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  delay.enable();
  let [heap, rss, cpu] = [0, 0, process.cpuUsage()];
  const sample = () => {
    const memory = process.memoryUsage();
    heap = Math.max(heap, memory.heapUsed);
    rss = Math.max(rss, memory.rss);
  };
  setInterval(sample, SAMPLE_MS).unref();
  process.on('SIGUSR2', () => {
    sample();
    const { user, system } = process.cpuUsage(cpu);
    const reading: GaugeReading = {
      heapMb: toMb(heap),
      rssMb: toMb(rss),
      longestBlockMs: Math.max(0, delay.max / 1e6 - SAMPLE_MS),
      cpuMs: (user + system) / 1_000,
    };
    const file = gaugeFile(process.pid);
    writeFileSync(`${file}.new`, JSON.stringify(reading));
    renameSync(`${file}.new`, file);
    delay.reset();
    [heap, rss, cpu] = [0, 0, process.cpuUsage()];
  });
}

if (isMainThread && process.env.APPWRITE_FUNCTION_ID !== undefined) watch();
