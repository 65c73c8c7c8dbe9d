/** The function that cold starts are compared with. */
type Context = { res: { text(body: string): unknown } };

// biome-ignore lint/style/noDefaultExport: the runtime takes the default export.
export default ({ res }: Context): unknown => res.text('nothing');
