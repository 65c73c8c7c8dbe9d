import { Figures } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { readFigures } from '#shared/services/complaints/read-figures.ts';

export const getStats = route({
  method: 'GET',
  path: '/complain/stats',
  id: 'getStats',
  access: 'public',
  docs: {
    tag: 'Complaints',
    summary: 'Read the figures',
    description:
      'How many complaints there are, by status, by category and for each of the last twelve months, how long they took, how many ended within their deadline, were reopened, and how they were rated. Hidden ones are not counted.',
    answers: { 200: { description: 'The figures', schema: Figures } },
    refusals: [],
    examples: {
      figures: {
        summary: 'The figures of a small town',
        given: { status: 'acknowledged' },
        figures: true,
        answer: {
          status: 200,
          body: {
            total: 128,
            byStatus: [
              { status: 'created', count: 9 },
              { status: 'acknowledged', count: 14 },
              { status: 'in_progress', count: 11 },
              { status: 'on_hold', count: 3 },
              { status: 'resolved', count: 21 },
              { status: 'rejected', count: 8 },
              { status: 'closed', count: 62 },
            ],
            byCategory: [
              { category: 'noise', name: 'Noise', count: 17 },
              { category: 'roads', name: 'Roads and pavements', count: 46 },
              { category: 'other', name: 'Something else', count: 12 },
              { category: 'lighting', name: 'Street lighting', count: 23 },
              { category: 'waste', name: 'Waste and litter', count: 19 },
              { category: 'water', name: 'Water and drains', count: 7 },
            ],
            withoutCategory: 4,
            medianSecondsToAcknowledge: 15_300,
            medianSecondsToResolve: 432_000,
            months: [
              {
                month: '2026-11',
                filed: 31,
                acknowledged: 24,
                resolved: 12,
                medianSecondsToAcknowledge: 12_600,
                medianSecondsToResolve: 259_200,
                shareWithinDeadline: 0.8333,
                reopened: 1,
                meanRating: 4.25,
              },
              {
                month: '2026-10',
                filed: 97,
                acknowledged: 95,
                resolved: 71,
                medianSecondsToAcknowledge: 17_100,
                medianSecondsToResolve: 475_200,
                shareWithinDeadline: 0.9014,
                reopened: 4,
                meanRating: 3.87,
              },
            ],
            measuredAt: '2026-11-23T08:30:00.000Z',
          },
        },
      },
      unknownField: {
        summary: 'A query value that is not known',
        query: { since: '2026' },
        answer: {
          code: 'invalid_fields',
          detail: 'since is not a field of this request; it takes none.',
          errors: [{ field: 'since', code: 'unknown_field', message: 'is not a field of this request; it takes none' }],
        },
      },
    },
  },
  async run({ deps }) {
    return { status: 200, body: await readFigures(deps), headers: { 'cache-control': 'public, max-age=30' } };
  },
});
