import type { Role } from '#shared/domain/account.ts';
import { type Person, type Service, startService } from '#tests/support/harness.ts';

/** Everybody in both worlds, by the same name. The clerk does the work that the public sees, `scribe` and `chief` none. */
const CAST = {
  other: 'user',
  reporter: 'user',
  neighbour: 'user',
  leaver1: 'user',
  leaver2: 'user',
  mask1: 'user',
  mask2: 'user',
  ghost: 'user',
  clerk: 'staff',
  scribe: 'staff',
  chief: 'admin',
} as const satisfies Record<string, Role>;

export type Name = keyof typeof CAST;
const NAMES = Object.keys(CAST) as Name[];

/** A database of its own with the built functions, and what the test itself remembers of it. */
export type World = {
  service: Service;
  people: Record<Name, Person>;
  /** The ids of the complaints that both worlds have, by the label that the test gives them. */
  ids: Map<string, string>;
  /** The URLs of their pictures as the public last saw them, and those that ended when a complaint was hidden. */
  pictures: Map<string, string[]>;
  ended: string[];
  /** Complaints that only this world has, and nobody but staff may know of. */
  ghosts: string[];
};

export const usernameOf = (name: Name) => `${name}.of.the.test`;

export async function openWorld(): Promise<World> {
  const service = await startService({
    CHANGES_PER_HOUR: '100000',
    STAFF_CHANGES_PER_HOUR: '100000',
    // A busy machine is no reason to ask Appwrite the same thing twice: calls are compared.
    APPWRITE_HEDGE_MS: '20000',
    APPWRITE_TIMEOUT_MS: '20000',
  });
  const people = await Promise.all(
    NAMES.map(async (name) => [name, await service.person(CAST[name], usernameOf(name))] as const),
  );
  return {
    service,
    people: Object.fromEntries(people) as Record<Name, Person>,
    ids: new Map(),
    pictures: new Map(),
    ended: [],
    ghosts: [],
  };
}

export function idOf(world: World, label: string): string {
  const id = world.ids.get(label);
  if (id === undefined) throw new Error(`no complaint ${label}`);
  return id;
}
