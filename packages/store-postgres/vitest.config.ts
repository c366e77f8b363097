import { defineProject } from '../../vitest.shared.js';

export default defineProject({ globalSetup: ['test/global-setup.ts'] });
