import { Query } from 'node-appwrite';
import { randomId } from '#shared/domain/ids.ts';
import { valueChunks } from './id-chunks.ts';
import type { RowOf, Stored } from './row.ts';
import type { TaskRow } from './rows.ts';
import type { Store } from './store.ts';
import { create, type Operation } from './transaction.ts';

type Task = RowOf<typeof TaskRow>;
export type StoredTask = Stored<Task>;
type NewTask = { kind: Task['kind']; subject: string; dueAt: Date; hints?: string };

function values({ dueAt, hints = '', ...task }: NewTask) {
  return { ...task, dueAt: dueAt.toISOString(), hints: hints === '' ? null : hints };
}

/** Adds work for maintenance. Each task has its own row, so concurrent ones do not overwrite each other. */
export async function addTask(store: Store, task: NewTask): Promise<void> {
  await store.tasks.insert(randomId(), values(task));
}

/** As `addTask`, as part of a transaction. */
export function taskOperation(task: NewTask): Operation {
  return create('tasks', randomId(), values(task));
}

/** The tasks that are due, the oldest first. */
export async function listDueTasks(store: Store, now: Date, limit: number): Promise<StoredTask[]> {
  const { rows } = await store.tasks.list([
    Query.lessThanEqual('dueAt', now.toISOString()),
    Query.orderAsc('dueAt'),
    Query.limit(limit),
  ]);
  return rows;
}

export async function removeTasks(store: Store, tasks: readonly StoredTask[]): Promise<void> {
  for (const ids of valueChunks(
    '$id',
    tasks.map((task) => task.$id),
  ))
    await store.tasks.removeWhere([Query.equal('$id', ids)]);
}

export async function postponeTask(store: Store, task: StoredTask, dueAt: Date): Promise<void> {
  await store.tasks.replace(task, { dueAt: dueAt.toISOString() });
}
