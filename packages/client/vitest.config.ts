import { defineProject } from '../../vitest.shared.js';

// Some tests open hundreds of real connections, on machines that may be busy with other rooms' tests.
export default defineProject({ testTimeout: 30_000 });
