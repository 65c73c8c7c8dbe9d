/**
 * Replaces `json-bigint` under node-appwrite by plain JSON. No column holds a number beyond 2^53, and a BigInt, which the
 * package makes of larger ones, cannot be written as JSON again.
 */
// biome-ignore lint/style/noDefaultExport: node-appwrite imports the package's default export.
export default function createJson() {
  return { parse: (text: string): unknown => JSON.parse(text), stringify: JSON.stringify };
}
