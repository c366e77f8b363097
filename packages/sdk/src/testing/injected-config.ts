import type { HarnessConfig } from './harness-config.js';

/** What a global set-up of vitest provides as `harnessConfig`; `undefined` elsewhere. */
export async function injectedConfig(): Promise<HarnessConfig | undefined> {
  try {
    const { inject } = await import('vitest');
    return inject('harnessConfig') as HarnessConfig | undefined;
  } catch {
    // Not installed, or this is no test of it.
    return undefined;
  }
}
