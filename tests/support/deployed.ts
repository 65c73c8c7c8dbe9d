import type { Target } from '#scripts/project/connect.ts';

/** The settings of functions that tests rely on. */
export const TEST_SETTINGS = {
  BCRYPT_COST: '10',
  CORS_ORIGINS: 'http://app.example',
  REGISTRATIONS_PER_HOUR: '100000',
  COMPLAINTS_PER_HOUR: '100000',
};

/** The product on a real Appwrite, in the layout groups. */
export type Deployed = { target: Target; tokenSecret: string; functionsDomain: string };

const NAME = 'DEPLOYED_FOR_TESTS';

/** Tells the test processes, which inherit the environment, where the product was deployed to. */
export function tellDeployed(where: Deployed): void {
  process.env[NAME] = JSON.stringify(where);
}

/** Where `npm run test:appwrite` has deployed the product to; undefined in all other runs. */
export function deployed(): Deployed | undefined {
  const told = process.env[NAME];
  return told === undefined ? undefined : JSON.parse(told);
}
