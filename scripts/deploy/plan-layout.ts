import type { Change, Planning } from './change.ts';
import type { LiveFunction, LiveRule } from './live.ts';
import { type Remote, undefinedIfMissing } from './remote.ts';

/**
 * The functions of the other layout only. They serve until `--remove-other-layout` removes them. The caller must apply
 * the removals last, after the functions of this layout have proved that they serve.
 */
export function planOtherLayout({ declared, live, remote, request }: Planning): Change[] {
  const other = declared.layout === 'compact' ? 'groups' : 'compact';
  return live.others.map((fn) => {
    const rules = live.rules.filter(({ deploymentResourceId }) => deploymentResourceId === fn.$id);
    const about = {
      area: 'layout' as const,
      subject: `function ${fn.$id}`,
      why: `is of the layout ${other}`,
      loses: ['the log of its executions', ...rules.map(({ domain }) => `the domain ${domain}`)].join(', '),
      allowedBy: '--remove-other-layout',
    };
    if (!request.removeOtherLayout) return { ...about, action: 'keep', apply: async () => {} };
    return { ...about, action: 'destroy', apply: () => remove(remote, fn, rules) };
  });
}

/** Removes a function, and then its domains, since events and the schedule call the function while it exists. */
async function remove({ functions, rules }: Remote, { $id }: LiveFunction, own: readonly LiveRule[]): Promise<void> {
  await undefinedIfMissing(functions.delete({ functionId: $id }));
  for (const { $id: ruleId } of own) await undefinedIfMissing(rules.deleteRule({ ruleId }));
}
