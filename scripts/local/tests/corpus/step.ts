import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '../../src/index.ts';

/** A recorded request and a real Appwrite's answer. README.md explains the fields. */
export type Step = {
  id: string;
  group: string;
  note?: string;
  request: {
    method: string;
    path: string;
    query?: Record<string, unknown>;
    headers?: Record<string, unknown>;
    body?: unknown;
    raw?: Data;
    form?: { name: string; value?: unknown; filename?: string; type?: string; data?: Data }[];
    auth?: string;
    host?: string;
    root?: boolean;
  };
  capture?: Record<string, string>;
  wait?: number;
  until?: { path?: string; in?: unknown[]; not?: string[]; status?: number; seconds?: number; every?: number };
  view?: 'ids' | 'keys' | 'none' | 'bytes' | string[];
  headers?: string[];
  corners?: boolean;
  real: Recorded;
};

export type Recorded = { status: number; type?: string; headers?: unknown; body?: unknown };

/** The bytes of a request, as text or as a recipe. */
export type Data =
  | string
  | { $base64: string }
  | { $bytes: number; fill?: number }
  | { $gzip: Data }
  | { $join: Data[] }
  | { $tgz: Record<string, string> };

/** The server under test, and the values captured so far. */
export type Session = { endpoint: string; project: string; key: string; values: Record<string, unknown> };

export type Installation = {
  database: EngineName;
  /** Suffix of function domains; `functions.localhost` in the recording. */
  domain?: string | undefined;
  /** Port of the SMTP sink; 9625 in the recording. */
  smtpPort?: number | undefined;
};

const folder = join(import.meta.dirname, 'recorded');

/** The names of the groups in order. On PostgreSQL only those with steps that are answered differently there. */
export function groupsOf(database: EngineName): string[] {
  const all = readdirSync(join(folder, 'mariadb')).map((file) => file.replace('.jsonl', ''));
  if (database === 'mariadb') return all;
  const different = new Set(readLines<Step>(`${database}.jsonl`).map(({ id }) => id.replace(/-\d+$/, '')));
  return all.filter((group) => different.has(group));
}

/** The steps of a group with the answers on that database. */
export function loadGroup(group: string, installation: Installation): Step[] {
  const steps = readLines<Step>(`mariadb/${group}.jsonl`, installation);
  if (installation.database === 'mariadb') return steps;
  const others = readLines<Pick<Step, 'id' | 'real'>>(`${installation.database}.jsonl`, installation);
  const real = new Map(others.map((other) => [other.id, other.real]));
  return steps.map((step) => ({ ...step, real: real.get(step.id) ?? step.real }));
}

function readLines<T>(
  file: string,
  { domain = 'functions.localhost', smtpPort = 9625 }: Partial<Installation> = {},
): T[] {
  return readFileSync(join(folder, file), 'utf8')
    .replaceAll('functions.localhost', domain)
    .replaceAll('"port":9625', `"port":${smtpPort}`)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** `{{run}}` differs in every run, for names that must be unique in an installation. */
export function newSession(target: { endpoint: string; project: string; key: string }): Session {
  const run = `r${Date.now().toString(36)}${Math.floor(Math.random() * 46656).toString(36)}`;
  return { ...target, endpoint: target.endpoint.replace(/\/$/, ''), values: { project: target.project, run } };
}

type Recipe = {
  $repeat?: [string, number];
  $times?: [number, unknown, number?];
  $number?: string;
  $now?: number;
  round?: number;
};

/** Fills in `{{name}}`, `$repeat`, `$times`, `$number` and `$now`; `{{i}}` is the index in a `$times`. */
export function fill(value: unknown, session: Session, i = 0): unknown {
  if (typeof value === 'string') return fillText(value, session, i);
  if (Array.isArray(value)) return value.map((one) => fill(one, session, i));
  if (typeof value !== 'object' || value === null) return value;
  const { $repeat, $times, $number, $now, round = 0.001 } = value as Recipe;
  if ($repeat) return $repeat[0].repeat($repeat[1]);
  if ($times) {
    const [length, item, first = 0] = $times;
    return Array.from({ length }, (_, n) => fill(item, session, n + first));
  }
  if ($number !== undefined) return Number(fillText($number, session, i));
  if ($now !== undefined) {
    const time = Math.floor((Date.now() / 1000 + $now) / round) * round * 1000;
    return new Date(time).toISOString().replace('Z', '+00:00');
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, session, i)]));
}

export function fillText(text: string, session: Session, i = 0): string {
  return text.replace(/\{\{([\w.-]+?)(?:\+(\d+))?\}\}/g, (all, name, plus) => {
    if (name === 'i') return String(i + Number(plus ?? 0));
    if (name === 'ii') return String(i).padStart(5, '0');
    if (name === 'key') return session.key;
    return name in session.values ? String(session.values[name]) : all;
  });
}
