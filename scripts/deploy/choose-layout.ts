import { Query } from 'node-appwrite';
import { UsageError } from '../project/command.ts';
import { declarationFor, type Layout, type LayoutDeclaration, layoutsOf } from '../project/layout.ts';
import type { Declaration } from './declaration.ts';
import type { Remote } from './remote.ts';

/**
 * The declaration in the given layout; otherwise in that of the project, or in groups when it has no functions. Throws
 * UsageError when the project has functions of both.
 */
export async function chooseLayout(
  { functions }: Remote,
  declared: Declaration,
  given?: Layout,
): Promise<LayoutDeclaration> {
  if (given) return declarationFor(declared, given);
  const { functions: found } = await functions.list({ queries: [Query.limit(100)] });
  const [layout = 'groups', other] = layoutsOf(
    found.map(({ $id }) => $id),
    declared,
  );
  if (other)
    throw new UsageError('The project has functions of both layouts. Say --layout groups or --layout compact.');
  return declarationFor(declared, layout);
}
