import { defineProject } from '../../vitest.shared.js';

export default defineProject({ environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] });
