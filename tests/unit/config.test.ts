import { describe, expect, it } from 'vitest';
import { readConfig, readDefaultCountry } from '#shared/config.ts';

const ENOUGH = {
  APPWRITE_FUNCTION_API_ENDPOINT: 'http://appwrite/v1',
  APPWRITE_FUNCTION_PROJECT_ID: 'complaints',
  TOKEN_SECRET: 'Vb8sQ2mXk9Lr4TzW7pYc1NfHd6GjAe3Uo5Ri0BwZqSxM',
};

it('the limits default to those of the contract', () => {
  expect(readConfig(ENOUGH)).toMatchObject({
    complaintsPerHour: 60,
    changesPerHour: 60,
    staffChangesPerHour: 2_000,
    followsPerHour: 300,
    registrationsPerHour: 100,
    recoveriesPerHour: 60,
    confirmMailsPerHour: 5,
    loginFailuresPerAddress: 60,
    contactDays: 90,
    tokenHours: 12,
    calendar: { timeZone: 'UTC' },
    defaultCountry: undefined,
    corsOrigins: [],
  });
});

describe('CORS_ORIGINS', () => {
  const originsOf = (CORS_ORIGINS: string) => readConfig({ ...ENOUGH, CORS_ORIGINS }).corsOrigins;

  it.each([
    ['https://App.example/', ['https://app.example']],
    ['HTTPS://app.example:443 , http://localhost:5173', ['https://app.example', 'http://localhost:5173']],
    ['https://app.example,https://app.example/', ['https://app.example']],
    ['http://127.0.0.1:*,http://LOCALHOST:*', ['http://127.0.0.1:*', 'http://localhost:*']],
    ['capacitor://localhost', ['capacitor://localhost']],
    ['https://bücher.example', ['https://xn--bcher-kva.example']],
    ['*', ['*']],
    ['', []],
  ])('%j is stored in the spelling of browsers', (setting, origins) => expect(originsOf(setting)).toEqual(origins));

  it.each([
    'app.example',
    'localhost:3000',
    'https://app.example/path',
    'https://a.example?x',
    'null',
    'https://',
    '**',
  ])('%j is refused by name, since no browser would send it', (setting) =>
    expect(() => originsOf(setting)).toThrow('CORS_ORIGINS must be'),
  );
});

describe('PUBLIC_ENDPOINT', () => {
  it('loses its trailing slashes', () => {
    const { publicEndpoint } = readConfig({ ...ENOUGH, PUBLIC_ENDPOINT: 'https://cloud.example.com/v1//' });
    expect(publicEndpoint).toBe('https://cloud.example.com/v1');
  });

  it.each(['localhost:3000/v1', 'cloud.example.com/v1', 'ftp://cloud.example.com', '/v1'])(
    'is refused as %j',
    (value) =>
      expect(() => readConfig({ ...ENOUGH, PUBLIC_ENDPOINT: value })).toThrow('PUBLIC_ENDPOINT must be an address'),
  );
});

describe('DEFAULT_COUNTRY', () => {
  it.each([
    ['DE', 'DE'],
    [' at ', 'AT'],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (value, country) => expect(readDefaultCountry({ DEFAULT_COUNTRY: value })).toBe(country));

  it.each(['49', '+49', 'Germany', 'XX', 'D'])('is refused as %j', (value) =>
    expect(() => readConfig({ ...ENOUGH, DEFAULT_COUNTRY: value })).toThrow('DEFAULT_COUNTRY must be the two letters'),
  );
});
