import { SimilarQuery } from '#shared/contract/complaint-requests.ts';
import { SimilarList } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { findSimilar as find } from '#shared/services/complaints/find-similar.ts';
import { wordsOf } from './search-query.ts';

export const findSimilar = route({
  method: 'GET',
  path: '/complain/similar',
  id: 'findSimilar',
  access: 'optional',
  query: SimilarQuery,
  docs: {
    tag: 'Complaints',
    summary: 'Find what a new complaint may be a duplicate of',
    description:
      'To be asked before filing: by place (`latitude` and `longitude`), by words (`q`, such as the title), or both; `category` narrows it. Gives at most five complaints that are not ended: within 500 metres of the place, nearest first, with their `distance` in metres; with at least half of the words. Without a place those that share most words come first, and `distance` is null.',
    answers: { 200: { description: 'The complaints that it may be a duplicate of', schema: SimilarList } },
    refusals: [],
    examples: {
      nothing: {
        summary: 'A place where nothing is reported',
        query: { latitude: '-54.8', longitude: '-68.3', q: 'street lamp' },
        answer: { status: 200, body: { items: [] } },
      },
      neither: {
        summary: 'Neither a place nor words',
        query: { category: 'roads' },
        answer: {
          code: 'invalid_fields',
          detail: 'q is required where no place is sent.',
          errors: [{ field: 'q', code: 'required', message: 'is required where no place is sent' }],
        },
      },
    },
  },
  async run({ query, caller, deps }) {
    const { latitude, longitude, category } = query;
    const point = latitude !== undefined && longitude !== undefined ? { latitude, longitude } : undefined;
    const words = wordsOf(query);
    return { status: 200, body: await find(deps, await caller.viewer(), { point, words, category }) };
  },
});
