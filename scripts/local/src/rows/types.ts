import type { Column } from '../project/types.ts';

/** A row as the API shows it: columns and `$` fields. */
export type Row = NewRow & { $sequence: number };

/** A row before the database has assigned `$sequence`. */
export type NewRow = Record<string, unknown> & {
  $id: string;
  $createdAt: string;
  $updatedAt: string;
  $permissions: string[];
};

export const systemColumns: readonly Column[] = [
  { key: '$id', type: 'string', required: true, array: false, default: null },
  { key: '$sequence', type: 'sequence', required: true, array: false, default: null },
  { key: '$createdAt', type: 'datetime', required: true, array: false, default: null },
  { key: '$updatedAt', type: 'datetime', required: true, array: false, default: null },
];

const textTypes = new Set(['string', 'varchar', 'text', 'mediumtext', 'longtext', 'email', 'enum', 'ip', 'url']);

export function isText(column: Column): boolean {
  return textTypes.has(column.type);
}

/** `sql`: the database refuses it, and Appwrite does not translate the error. */
export type FailureKind =
  | ('missing' | 'duplicate' | 'conflict' | 'structure' | 'limit' | 'column')
  | ('type' | 'argument' | 'sql');

/** Why a row could not be written; each API translates it into its own error type. */
export class RowFailure extends Error {
  readonly kind: FailureKind;
  readonly subject: string;

  constructor(kind: FailureKind, subject: string, message = '') {
    super(message);
    this.kind = kind;
    this.subject = subject;
  }
}
