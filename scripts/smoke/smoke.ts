import colours from 'picocolors';
import { chooseLayout } from '../deploy/choose-layout.ts';
import { readDeclaration } from '../deploy/declaration.ts';
import { readLive } from '../deploy/live.ts';
import { openRemote } from '../deploy/remote.ts';
import { connect, type Target } from '../project/connect.ts';
import type { Layout } from '../project/layout.ts';
import { PROJECT_FILE } from '../project/local-settings.ts';
import { runStory, type Step } from './story.ts';
import { domainTransport, executionsTransport } from './transports.ts';

/** Plays the main story through domains and through executions; rejects at the first wrong answer. */
export async function smoke(target: Target, print: (line: string) => void, givenLayout?: Layout): Promise<void> {
  const remote = openRemote(target);
  const declared = await chooseLayout(remote, readDeclaration(PROJECT_FILE), givenLayout);
  const live = await readLive(remote, declared);
  const { layout } = declared;
  const connection = connect(target);
  for (const transport of [domainTransport(remote, { live, layout }), executionsTransport(remote, layout)]) {
    const step: Step = async (name, work) => {
      const started = performance.now();
      try {
        await work();
      } catch (error) {
        print(`${colours.red('✗')} ${transport.name}: ${name}`);
        throw error;
      }
      print(
        `${colours.green('✓')} ${transport.name}: ${name} ${colours.dim(`${Math.round(performance.now() - started)} ms`)}`,
      );
    };
    await runStory({ transport, connection }, step);
  }
}
