import { defineProject } from '../../vitest.shared.js';

export default defineProject({ include: ['*.test.ts'], testTimeout: 30_000 });
