import { route } from '#shared/http/route.ts';
import { readFigures } from '#shared/services/complaints/read-figures.ts';

export const getStats = route({
  method: 'GET',
  path: '/complain/stats',
  id: 'getStats',
  access: 'public',
  async run({ deps }) {
    return { status: 200, body: await readFigures(deps), headers: { 'cache-control': 'public, max-age=30' } };
  },
});
