import { defineConfig } from 'vitest/config';
import { BUNDLED_SDK, LOCAL } from './vitest.config.ts';

/** All tests of the API in the layout compact: one function for clients, one for events and schedules. */
export default defineConfig({
  test: {
    ...{ ...LOCAL, ...BUNDLED_SDK },
    ...{ name: 'compact', include: ['tests/api/**/*.test.ts'], env: { LAYOUT: 'compact' } },
  },
});
