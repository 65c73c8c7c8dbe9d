import colours from 'picocolors';
import type { Target } from '../project/connect.ts';
import type { Finding } from './finding.ts';

const marks = { good: colours.green('✓'), warning: colours.yellow('!'), failure: colours.red('✗') } as const;

const count = (findings: readonly Finding[], level: Finding['level']) =>
  findings.filter((finding) => finding.level === level).length;

export function isHealthy(findings: readonly Finding[]): boolean {
  return count(findings, 'failure') === 0;
}

/** The report for people, by area, with one line for each finding. */
export function humanReport({ endpoint, projectId }: Target, findings: readonly Finding[]): string {
  const areas = [...new Set(findings.map(({ area }) => area))];
  const blocks = areas.map((area) => {
    const own = findings.filter((finding) => finding.area === area);
    const lines = own.map(
      ({ level, subject, text }) => `  ${marks[level]} ${subject === area ? '' : `${subject}: `}${text}`,
    );
    return `${colours.bold(area)}\n${lines.join('\n')}`;
  });
  const failures = count(findings, 'failure');
  const warnings = count(findings, 'warning');
  const verdict = failures > 0 ? colours.red('Not healthy') : colours.green('Healthy');
  return `${projectId} at ${endpoint}\n\n${blocks.join('\n')}\n\n${verdict}: ${failures} failures, ${warnings} warnings`;
}

/** The report for programs, as JSON. */
export function jsonReport({ endpoint, projectId }: Target, findings: readonly Finding[]): string {
  const summary = {
    healthy: isHealthy(findings),
    failures: count(findings, 'failure'),
    warnings: count(findings, 'warning'),
  };
  return JSON.stringify({ endpoint, projectId, examinedAt: new Date().toISOString(), ...summary, findings }, null, 2);
}
