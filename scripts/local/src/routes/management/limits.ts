import type { Fields } from '../../http/call.ts';

/** The largest row of MariaDB in bytes. Appwrite's own columns take `ownBytes` of it. */
export const rowBytes = 65_535;
const ownBytes = 1_067;
const longestVarchar = 16_381;
export const indexLength = 768;

/** A longer text is stored outside of the row, which keeps a pointer to it. */
const pointerBytes = 20;

function textBytes(size: number): number {
  if (size > longestVarchar) return pointerBytes;
  return size * 4 + (size > 255 ? 2 : 1);
}

const textTypes: Readonly<Record<string, number | undefined>> = {
  text: 16_383,
  mediumtext: 4_194_303,
  longtext: 1_073_741_823,
};

export function isTextual(column: Fields | undefined): boolean {
  const type = String(column?.type);
  return type === 'string' || type === 'varchar' || type in textTypes;
}

/** The declared length of a text column in characters; formats have fixed lengths. */
export function textSize({ type, format, size }: Fields): number {
  const sizes: Record<string, number> = { enum: 255, email: 254, url: 2000, ip: 39 };
  return sizes[String(format)] ?? textTypes[String(type)] ?? Number(size ?? 0);
}

function columnBytes(column: Fields): number {
  if (column.array === true) return pointerBytes;
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
      return 7;
    default:
      return pointerBytes;
  }
}

/** The bytes of a row with these columns, as Appwrite counts them before it adds a column. */
export function widthOf(columns: readonly Fields[]): number {
  return columns.reduce((sum, column) => sum + columnBytes(column), ownBytes);
}

/** The length of an index key in characters: texts count with the given length or their size, other columns as one. */
export function keyLength(columns: readonly (Fields | undefined)[], lengths: readonly number[] = []): number {
  const lengthOf = (column: Fields | undefined, at: number) =>
    column && isTextual(column) ? lengths[at] || textSize(column) : 1;
  return columns.reduce<number>((sum, column, at) => sum + lengthOf(column, at), 0);
}
