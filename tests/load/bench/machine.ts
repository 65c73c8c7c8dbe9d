import { cpus, loadavg } from 'node:os';

/** What the figures were measured on, since only their ratios can be carried elsewhere. */
export function machine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return `Node ${process.version} on ${cpus().length} × ${cpu?.model.trim()}, ${process.platform}; load ${load} at the start.`;
}
