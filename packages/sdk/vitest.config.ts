import { defineProject } from '../../vitest.shared.js';

export default defineProject({
  typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.test.json' },
});
