import type { Target } from '#scripts/project/connect.ts';

/** Settings of the functions that tests rely on. */
export const TEST_SETTINGS = {
  BCRYPT_COST: '10',
  CORS_ORIGINS: 'http://app.example',
  REGISTRATIONS_PER_HOUR: '100000',
  COMPLAINTS_PER_HOUR: '100000',
};

/** The product on a real Appwrite, in the layout groups. */
export type Deployed = { target: Target; tokenSecret: string; functionsDomain: string };

const NAME = 'DEPLOYED_FOR_TESTS';

/** Passes the deployment to the test processes through the environment. */
export function exportDeployment(where: Deployed): void {
  process.env[NAME] = JSON.stringify(where);
}

/** The deployment of `npm run test:appwrite`; undefined in all other runs. */
export function deployed(): Deployed | undefined {
  const text = process.env[NAME];
  return text === undefined ? undefined : JSON.parse(text);
}
