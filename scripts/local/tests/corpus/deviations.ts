import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '../../src/index.ts';
import type { Played } from './replay.ts';

/** Steps that the local Appwrite answers differently from a real one, on one database or on all. */
type Deviation = { steps: string[]; reason: string; product?: string; group?: string; database?: EngineName };

const file = join(import.meta.dirname, 'deviations.json');
export const unexplainedReason = 'not done yet';

export function readDeviations(): Deviation[] {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The ids of the steps that may differ on that database. */
export function deviationsOn(database: EngineName): Set<string> {
  const listed = readDeviations().filter((one) => one.database === undefined || one.database === database);
  return new Set(listed.flatMap(({ steps }) => steps));
}

/** Rewrites the "not done yet" entries: all steps that differ and that no other entry explains. */
export function rewriteUnexplained(played: Partial<Record<EngineName, Played[]>>): void {
  const explained = readDeviations().filter(({ reason }) => reason !== unexplainedReason);
  const open = Object.entries(played).flatMap(([name, steps]) => {
    const database = name as EngineName;
    const known = explained.filter((one) => one.database === undefined || one.database === database);
    const differing = steps
      .filter(({ step, differences }) => differences.length > 0 && !known.some((one) => one.steps.includes(step.id)))
      .map(({ step }) => step);
    return Object.entries(Object.groupBy(differing, ({ group }) => group)).map(([group, list = []]) => ({
      reason: unexplainedReason,
      group,
      database,
      steps: list.map(({ id }) => id),
    }));
  });
  writeFileSync(file, `${JSON.stringify([...explained, ...open], null, 2)}\n`);
}
