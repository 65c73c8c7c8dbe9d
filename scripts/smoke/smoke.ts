import colours from 'picocolors';
import { readDeclaration } from '../deploy/declaration.ts';
import { readLive } from '../deploy/live.ts';
import { openRemote } from '../deploy/remote.ts';
import { connect, type Target } from '../project/connect.ts';
import { PROJECT_FILE } from '../project/local-settings.ts';
import { domainDoor, executionsDoor } from './doors.ts';
import { playStory, type Step } from './story.ts';

/** Plays the main story through both doors; rejects at the first thing that is not as it should be. */
export async function smoke(target: Target, print: (line: string) => void): Promise<void> {
  const remote = openRemote(target);
  const live = await readLive(remote, readDeclaration(PROJECT_FILE));
  const connection = connect(target);
  for (const door of [domainDoor(remote, live), executionsDoor(remote)]) {
    const step: Step = async (name, work) => {
      const started = performance.now();
      try {
        await work();
      } catch (error) {
        print(`${colours.red('✗')} ${door.name}: ${name}`);
        throw error;
      }
      print(
        `${colours.green('✓')} ${door.name}: ${name} ${colours.dim(`${Math.round(performance.now() - started)} ms`)}`,
      );
    };
    await playStory({ door, connection }, step);
  }
}
