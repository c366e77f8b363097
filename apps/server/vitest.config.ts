import { defineProject } from '../../vitest.shared.js';

// Whole servers with databases of their own are started here, beside the tests of all other rooms.
export default defineProject({ testTimeout: 30_000, hookTimeout: 60_000 });
