import { route } from '#shared/http/route.ts';
import { readCategories } from '#shared/services/complaints/read-categories.ts';

export const getCategories = route({
  method: 'GET',
  path: '/complain/categories',
  id: 'getCategories',
  access: 'public',
  async run({ deps }) {
    const items = await readCategories(deps);
    return { status: 200, body: { items }, headers: { 'cache-control': 'public, max-age=60' } };
  },
});
