import type { Fields } from '../../http/call.ts';

/** MariaDB's row: what it holds, and what Appwrite's own columns take of it. */
export const rowBytes = 65_535;
const ownBytes = 1_067;
const longestVarchar = 16_381;
export const indexLength = 768;

function textBytes(size: number): number {
  if (size > 16_777_215) return 12;
  if (size > 65_535) return 11;
  if (size > longestVarchar) return 10;
  return size * 4 + (size > 255 ? 2 : 1);
}

/** How many characters a text column is declared with; formats have sizes of their own. */
export function textSize({ format, size }: Fields): number {
  const sizes: Record<string, number> = { enum: 255, email: 254, url: 2000, ip: 39 };
  return sizes[String(format)] ?? Number(size ?? 0);
}

function columnBytes(column: Fields): number {
  if (column.array === true) return 20;
  switch (column.type) {
    case 'string':
    case 'varchar':
      return textBytes(textSize(column));
    case 'integer':
    case 'bigint':
      return Number(column.max) > 2_147_483_647 ? 8 : 4;
    case 'double':
      return 8;
    case 'boolean':
      return 1;
    case 'datetime':
      return 19;
    default:
      return 20;
  }
}

/** The bytes of a row with these columns, as Appwrite counts them before it lets one more in. */
export function widthOf(columns: readonly Fields[]): number {
  return columns.reduce((sum, column) => sum + columnBytes(column), ownBytes);
}

/** The length of an index key in characters; numbers, dates and booleans count as one. */
export function keyLength(columns: readonly (Fields | undefined)[]): number {
  const isText = (column: Fields | undefined) => /^(string|varchar)$/.test(String(column?.type));
  return columns.reduce<number>((sum, column) => sum + (column && isText(column) ? textSize(column) : 1), 0);
}
