import { defineChecks } from '../../vitest.shared.js';

export default defineChecks({
  artefacts: { include: ['test/artefacts.test.ts'] },
  asyncapi: { include: ['test/asyncapi.test.ts'] },
  fuzz: { include: ['test/fuzz.test.ts'] },
  golden: { include: ['test/golden.test.ts'] },
  order: { include: ['src/order/**/*.test.ts'] },
  size: { include: ['test/size.test.ts'] },
  types: {
    include: [],
    typecheck: { enabled: true, only: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.test.json' },
  },
});
