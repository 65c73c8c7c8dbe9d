import { isIP } from 'node:net';
import type { Column } from '../project/types.ts';

const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The formats a text column can be declared with. */
export function hasFormat(column: Column, value: string): boolean {
  switch (column.format ?? column.type) {
    case 'enum':
      return column.elements?.includes(value) ?? true;
    case 'email':
      return email.test(value);
    case 'ip':
      return isIP(value) !== 0;
    case 'url':
      return URL.canParse(value);
    default:
      return true;
  }
}
