import colours from 'picocolors';
import type { Change } from './change.ts';

const symbols = { create: '+', update: '~', push: '>', destroy: '-', keep: '=', blocked: '!' } as const;
const paints = {
  create: colours.green,
  update: colours.yellow,
  push: colours.cyan,
  destroy: colours.red,
  keep: colours.dim,
  blocked: colours.red,
} as const;

export function symbolOf({ action }: Change): string {
  return paints[action](symbols[action]);
}

/** The plan for people: each change, and what it loses. */
export function planLines(changes: readonly Change[]): string[] {
  return changes.map((change) => {
    const lost = change.action === 'destroy' ? ` ${colours.red(`loses ${change.loses ?? ''}`)}` : '';
    const kept =
      change.action === 'keep'
        ? ` (kept; ${change.allowedBy ?? '--allow-destructive'} would lose ${change.loses ?? 'nothing'})`
        : '';
    return `${symbolOf(change)} ${change.subject} ${change.why}${lost}${kept}`;
  });
}
