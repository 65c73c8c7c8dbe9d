import { startLocalAppwrite } from 'local-appwrite';
import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, wholeNumber } from '#scripts/project/command.ts';
import { localAddress, PROJECT_FILE, tokenSecret } from '#scripts/project/local-settings.ts';
import { originPaths } from '#scripts/project/routes.ts';
import { countFilled, fillComplaints } from './import.ts';
import { type ListTime, timeLists } from './time-lists.ts';

const { dataDir } = localAddress({ DATA_DIR: '.local/fill', ...process.env });
const file = `${dataDir}/appwrite.db`;
const options = {
  dataDir,
  config: PROJECT_FILE,
  origin: originPaths(),
  variables: { '*': { TOKEN_SECRET: tokenSecret(dataDir) } },
};

/** Fills the file while no server runs, then reads lists through the built functions. */
async function measureAt(size: number): Promise<ListTime[]> {
  const { rows, seconds } = fillComplaints(file, size);
  console.log(
    `${size.toLocaleString('en')} complaints, ${rows.toLocaleString('en')} of them new, in ${seconds.toFixed(1)} s`,
  );
  const local = await startLocalAppwrite(options);
  const measured = await timeLists(local.url, size, tokenSecret(dataDir)).finally(() => local.close());
  for (const { what, ms, total } of measured) {
    console.log(`  ${what.padEnd(24)}${ms.toFixed(1).padStart(9)} ms  total ${total}`);
  }
  return measured;
}

async function fillAndMeasure(count: number): Promise<void> {
  await buildFunctions({ quiet: true });
  // Starting it once creates the tables.
  await (await startLocalAppwrite(options)).close();
  const present = countFilled(file);
  const sizes = [10_000, 100_000, count].filter(
    (size, index, all) => size <= count && size >= present && all.indexOf(size) === index,
  );
  const first = await measureAt(sizes[0] ?? count);
  let last = first;
  for (const size of sizes.slice(1)) last = await measureAt(size);
  if (last !== first) {
    console.log(`Growth from ${sizes[0]?.toLocaleString('en')} to ${count.toLocaleString('en')}:`);
    for (const [index, { what, ms }] of last.entries()) {
      console.log(`  ${what.padEnd(24)}${(ms / (first[index]?.ms ?? ms)).toFixed(1).padStart(9)} x`);
    }
  }
}

await runCommand({
  usage: `Usage: npm run fill -- [--count 1000000]
  Fills a local Appwrite with complaints and times lists at 10,000, at 100,000 and at the full count.
  Keeps its data in DATA_DIR (.local/fill), where a later run continues.`,
  options: { count: { type: 'string', default: '1000000' } },
  run: ({ count }) => fillAndMeasure(wholeNumber('--count', count, { min: 1, max: 100_000_000 })),
});
