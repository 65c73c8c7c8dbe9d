import type { Stage } from './contestants.ts';
import { functionSettings, startFunction } from './function-program.ts';
import { type LoadGenerator, startLoadGenerator } from './load.ts';
import type { PlannedOperation } from './plan.ts';
import { quantile } from './statistics.ts';

/** How long requests of one kind take, alone and while logins run. */
export type Calm = { what: string; alone: Waits; beside: Waits };
type Waits = { p50: number; p99: number };

const LOGINS = 16;

/**
 * Reads while 16 logins run: of another function on the same machine, and in the very process that logs in, where a
 * logout takes the part of the read. The functions may use all processors, of which one is the load's as well.
 */
export async function measureCalm(stage: Stage, generator: LoadGenerator, seconds: number): Promise<Calm[]> {
  const { plan, endpoint } = stage;
  const env = functionSettings(plan, endpoint);
  const [auth, complaints] = await Promise.all([startFunction('auth', { env }), startFunction('complaints', { env })]);
  const loginGenerator = await startLoadGenerator();
  const operation = (name: string): PlannedOperation => {
    const planned = plan.operations[name];
    if (!planned) throw new Error(`${name} was not recorded`);
    return planned;
  };
  const reads = [
    { what: 'list, in another function', url: complaints.url, request: operation('list').request },
    { what: 'logout, in the same process', url: auth.url, request: operation('logout').request },
  ];
  const wait = async ({ url, request }: (typeof reads)[number], length: number): Promise<Waits> => {
    const { times } = await generator.run({ url, request, connections: 1, seconds: length });
    return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
  };
  const calm: Calm[] = [];
  for (const read of reads) {
    await wait(read, seconds / 4);
    const alone = await wait(read, seconds);
    const { request } = operation('login');
    const logins = loginGenerator.run({ url: auth.url, request, connections: LOGINS, seconds: seconds + 2 });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const beside = await wait(read, seconds);
    await logins;
    calm.push({ what: read.what, alone, beside });
  }
  loginGenerator.stop();
  await Promise.all([auth.stop(), complaints.stop()]);
  return calm;
}
