import { type Stage, startOwn } from './contestants.ts';
import { functionSettings, startFunction } from './function-program.ts';
import { decoded, type PlannedRequest } from './plan.ts';
import { cpuMs, type Program } from './program.ts';
import { median, pairedRatio } from './statistics.ts';

/** `cpuRatio` compares the CPU time alone, on which a busy machine has no influence. */
export type ColdStart = { name: string; ms: number; ratio: number; cpuMs: number; cpuRatio: number };
type Start = { ms: number; cpu: number };

/** From the start of the process to the first real answer: a list, a profile, a refused login. */
const FIRST_ANSWERS = { complaints: 'list', users: 'profile', auth: 'refusal' } as const;
const EMPTY = 'empty function';

/** `refusalEndpoint` is a stub that has the refusal's answers, which differ from those of a login. */
export async function measureColdStarts(
  stage: Stage,
  { rounds, refusalEndpoint }: { rounds: number; refusalEndpoint: string },
): Promise<ColdStart[]> {
  const times = new Map<string, Start[]>();
  const starts = new Map<string, () => Promise<Start>>([[EMPTY, () => timeEmpty(stage)]]);
  for (const [id, name] of Object.entries(FIRST_ANSWERS)) {
    const endpoint = name === 'refusal' ? refusalEndpoint : stage.endpoint;
    starts.set(id, () => timeFunction({ ...stage, endpoint }, id, name));
  }
  await (await startOwn('empty', stage)).stop();
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, start] of shuffled([...starts])) {
      const time = await start();
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), time]);
    }
  }
  const of = (name: string, what: keyof Start) => (times.get(name) ?? []).map((start) => start[what]);
  return [...starts.keys()].map((name) => ({
    name,
    ms: median(of(name, 'ms')),
    ratio: pairedRatio(of(name, 'ms'), of(EMPTY, 'ms')),
    cpuMs: median(of(name, 'cpu')),
    cpuRatio: pairedRatio(of(name, 'cpu'), of(EMPTY, 'cpu')),
  }));
}

function shuffled<T>(values: T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

async function timeEmpty(stage: Stage): Promise<Start> {
  return timed(() => startOwn('empty', stage), { method: 'GET', path: '/', headers: {}, body: '' });
}

async function timeFunction({ plan, endpoint }: Stage, id: string, name: string): Promise<Start> {
  const operation = plan.operations[name];
  if (!operation) throw new Error(`${name} was not recorded`);
  const env = functionSettings(plan, endpoint);
  return timed(() => startFunction(id, { env }), operation.request, operation.status);
}

async function timed(start: () => Promise<Program>, request: PlannedRequest, status = 200): Promise<Start> {
  const from = performance.now();
  const program = await start();
  const { method, path, headers, body } = request;
  const answer = await fetch(`${program.url}${path}`, { method, headers, body: body === '' ? null : decoded(body) });
  await answer.arrayBuffer();
  const time = { ms: performance.now() - from, cpu: cpuMs(program.pid) };
  await program.stop();
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}`);
  return time;
}
