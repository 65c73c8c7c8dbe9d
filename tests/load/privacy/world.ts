import type { Role } from '#shared/domain/account.ts';
import { type Person, type Service, startService } from '#tests/support/harness.ts';

/** Everybody in both worlds, by the same name. The clerk does the public work, `scribe` and `chief` do none. */
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

/** A service with a database of its own, and what the test remembers of it. */
export type World = {
  service: Service;
  people: Record<Name, Person>;
  /** The ids of the complaints of both worlds, by the test's labels. */
  ids: Map<string, string>;
  /** The picture URLs of those complaints as the public last saw them, and the URLs that hiding has ended. */
  pictures: Map<string, string[]>;
  endedUrls: string[];
  /** The ids of complaints that only this world has and only staff may know of. */
  hiddenIds: string[];
};

export const usernameOf = (name: Name) => `${name}.of.the.test`;

export async function openWorld(): Promise<World> {
  const service = await startService({
    CHANGES_PER_HOUR: '100000',
    STAFF_CHANGES_PER_HOUR: '100000',
    // A hedge delay of 20 s keeps calls from being repeated on a busy machine, since calls are compared.
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
    endedUrls: [],
    hiddenIds: [],
  };
}

export function idOf(world: World, label: string): string {
  const id = world.ids.get(label);
  if (id === undefined) throw new Error(`no complaint ${label}`);
  return id;
}
