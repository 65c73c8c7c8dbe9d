import { route } from '#shared/http/route.ts';

export const getStats = route({
  method: 'GET',
  path: '/complain/stats',
  id: 'getStats',
  access: 'public',
  async run({ deps }) {
    const { readFigures } = await import('#shared/services/complaints/read-figures.ts');
    return { status: 200, body: await readFigures(deps), headers: { 'cache-control': 'public, max-age=30' } };
  },
});
