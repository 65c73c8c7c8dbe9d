/**
 * Replaces the package `json-bigint`, which node-appwrite uses, with plain JSON. No column holds a number beyond 2^53,
 * and JSON cannot write the BigInt that the package makes of larger ones.
 */
// biome-ignore lint/style/noDefaultExport: node-appwrite imports the package's default export.
export default function createJson() {
  return { parse: (text: string): unknown => JSON.parse(text), stringify: JSON.stringify };
}
