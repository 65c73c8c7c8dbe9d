/** An empty function, with whose cold start those of the others are compared. */
type Context = { res: { text(body: string): unknown } };

// biome-ignore lint/style/noDefaultExport: the runtime takes the default export.
export default ({ res }: Context): unknown => res.text('nothing');
