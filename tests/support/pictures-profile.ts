/** An ICC profile of version 2 or 4 for RGB pictures, with these tags and with colours close to sRGB. */
export function colourProfile(tags: readonly (readonly [name: string, data: Buffer])[] = [], version = 4): Buffer {
  const colours = [
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    ['rXYZ', xyz(0.5151, 0.2412, -0.0011)],
    ['gXYZ', xyz(0.292, 0.6922, 0.0419)],
    ['bXYZ', xyz(0.1571, 0.0666, 0.7841)],
    ['rTRC', curve(1.8)],
    ['gTRC', curve(2.2)],
    ['bTRC', curve(2.4)],
  ] as const;
  const all = [...tags, ...colours];
  const head = Buffer.alloc(132 + 12 * all.length);
  head[8] = version;
  head.write('mntrRGB XYZ ', 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  xyz(0.9642, 1, 0.8249).copy(head, 68, 8);
  head.writeUInt32BE(all.length, 128);
  const parts: Buffer[] = [head];
  let at = head.length;
  for (const [index, [name, data]] of all.entries()) {
    const entry = 132 + 12 * index;
    head.write(name, entry, 'latin1');
    head.writeUInt32BE(at, entry + 4);
    head.writeUInt32BE(data.length, entry + 8);
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    parts.push(padded);
    at += padded.length;
  }
  head.writeUInt32BE(at, 0);
  return Buffer.concat(parts);
}

/** A tag of this type, with its head of eight bytes. */
export function profileTag(type: string, content: Buffer | string): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  return Buffer.concat([head, typeof content === 'string' ? Buffer.from(content, 'latin1') : content]);
}

export function curve(gamma: number): Buffer {
  const content = Buffer.alloc(6);
  content.writeUInt32BE(1);
  content.writeUInt16BE(Math.round(gamma * 256), 4);
  return profileTag('curv', content);
}

/** A 16-bit lookup table with `points` grid points on each side (about 160 kB for 30). */
export function lookupTable(points: number): Buffer {
  const head = Buffer.alloc(44);
  head.set([3, 3, points], 0);
  for (const [place, value] of [1, 0, 0, 0, 1, 0, 0, 0, 1].entries()) head.writeInt32BE(value * 65_536, 4 + 4 * place);
  head.writeUInt16BE(2, 40);
  head.writeUInt16BE(2, 42);
  const entries = Buffer.alloc(2 * (3 * 2 + points ** 3 * 3 + 3 * 2));
  for (let at = 0; at < entries.length; at += 2) entries.writeUInt16BE((at * 7_919) % 65_536, at);
  return profileTag('mft2', Buffer.concat([head, entries]));
}

function xyz(...values: readonly number[]): Buffer {
  const content = Buffer.alloc(12);
  for (const [index, value] of values.entries()) content.writeInt32BE(Math.round(value * 65_536), 4 * index);
  return profileTag('XYZ ', content);
}
