/** Contestant (b): a function of the same runtime that does by hand what must be done. The limit of what a function can be. */
import { playByHand } from './by-hand.ts';

type Context = {
  req: { method: string; path: string; queryString: string; bodyBinary: Buffer };
  res: { send(body: string, status: number, headers: Record<string, string>): unknown };
};

const play = playByHand(process.env.BENCH_PLAN ?? '', process.env.APPWRITE_FUNCTION_API_ENDPOINT ?? '');

// biome-ignore lint/style/noDefaultExport: the runtime takes the default export.
export default async ({ req, res }: Context): Promise<unknown> => {
  const { status, text } = await play(req.method, `${req.path}?${req.queryString}`, req.bodyBinary);
  return res.send(text, status, { 'content-type': 'application/json' });
};
