import { CategoryList } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { readCategories } from '#shared/services/complaints/read-categories.ts';

export const getCategories = route({
  method: 'GET',
  path: '/complain/categories',
  id: 'getCategories',
  access: 'public',
  docs: {
    tag: 'Complaints',
    summary: 'List the categories',
    description:
      'The values of `category`, and within which working hours and working days such a complaint should be acknowledged and have ended.',
    answers: { 200: { description: 'The categories', schema: CategoryList } },
    refusals: [],
    examples: {
      categories: {
        summary: 'Those of a fresh project',
        answer: {
          status: 200,
          body: {
            items: [
              { id: 'noise', name: 'Noise', hoursToAcknowledge: null, daysUntilOverdue: 10 },
              { id: 'roads', name: 'Roads and pavements', hoursToAcknowledge: null, daysUntilOverdue: 14 },
              { id: 'other', name: 'Something else', hoursToAcknowledge: null, daysUntilOverdue: null },
              { id: 'lighting', name: 'Street lighting', hoursToAcknowledge: null, daysUntilOverdue: 7 },
              { id: 'waste', name: 'Waste and litter', hoursToAcknowledge: null, daysUntilOverdue: 5 },
              { id: 'water', name: 'Water and drains', hoursToAcknowledge: null, daysUntilOverdue: 3 },
            ],
          },
        },
      },
    },
  },
  async run({ deps }) {
    const items = await readCategories(deps);
    return { status: 200, body: { items }, headers: { 'cache-control': 'public, max-age=60' } };
  },
});
