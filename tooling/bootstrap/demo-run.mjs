import { DEV } from './addresses.mjs';

/** What `npm start` shows: examples/demo-worker knows this workflow. */
const DEMO = {
  kind: 'streaming-llm',
  input: { prompt: 'In three sentences: why does a durable workflow survive a crash?' },
};

/**
 * Starts one workflow, so that the first page has something live to show.
 *
 * A failure is told and not more: the server is up, and that is what the person asked for.
 *
 * @param {string} http - address of the server
 * @returns {Promise<{ id: string, kind: string } | undefined>}
 */
export async function startDemoRun(http) {
  try {
    const response = await fetch(`${http}/api/orgs/${DEV.orgSlug}/workflow-executions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEV.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(DEMO),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const { workflowExecutionId } = /** @type {{ workflowExecutionId: string }} */ (await response.json());
    return { id: workflowExecutionId, kind: DEMO.kind };
  } catch (error) {
    process.stderr.write(
      `The demo run could not be started: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
}
