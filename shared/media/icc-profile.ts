const HEADER_BYTES = 128;

/** The colour profile without what follows its end; undefined where the bytes are no ICC profile. */
export function trimProfile(profile: Buffer): Buffer | undefined {
  if (profile.length < HEADER_BYTES || profile.toString('latin1', 36, 40) !== 'acsp') return undefined;
  const declared = profile.readUInt32BE(0);
  return declared >= HEADER_BYTES && declared <= profile.length ? profile.subarray(0, declared) : undefined;
}
