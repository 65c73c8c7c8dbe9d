import { expect, expectTypeOf, it } from 'vitest';
import { clientTypes } from '#scripts/openapi/client-types.ts';
import type { components, paths } from '#scripts/openapi/dist/api.ts';
import { openApiDocument } from '#scripts/openapi/document.ts';
import { servedRoutes } from '#scripts/openapi/served.ts';
import type { Complaint, Problem } from '#shared/contract/responses.ts';

type Change = paths['/complain']['put']['requestBody']['content']['application/json'];
type Refusal = components['schemas']['Problem'];

it('is generated for every operation of the document', async () => {
  const types = await clientTypes(openApiDocument());
  for (const { id } of servedRoutes()) expect(types).toContain(`operations["${id}"]`);
});

it('has the same types for fields and answers as the code', () => {
  expectTypeOf<Change['status']>().toEqualTypeOf<Complaint['status'] | undefined>();
  expectTypeOf<Change['id']>().toEqualTypeOf<string>();
  expectTypeOf<Refusal['code']>().toEqualTypeOf<Problem['code']>();
  expectTypeOf<components['schemas']['Complaint']>().toEqualTypeOf<Complaint>();
  expectTypeOf<Change>().not.toHaveProperty('version');
});
