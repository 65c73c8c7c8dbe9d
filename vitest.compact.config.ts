import { defineConfig } from 'vitest/config';
import { LOCAL } from './vitest.config.ts';

/** All tests of the API in the layout compact: one function for clients, one for events and schedules. */
export default defineConfig({
  test: { ...LOCAL, name: 'compact', include: ['tests/api/**/*.test.ts'], env: { LAYOUT: 'compact' } },
});
