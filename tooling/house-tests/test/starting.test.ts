import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@flovyn/client';
import { FlovynClient } from '@flovyn/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { launch } from '@flovyn/testing';
import { type House, openHouse } from './support/house.js';
import { ORG_A, USER_A, WORKER_A, configOf } from './support/two-orgs.js';

const SERVER = fileURLToPath(new URL('../../../apps/server/dist/bin.js', import.meta.url));

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

describe('S R32 a server that nobody has told who may use it refuses to start', () => {
  it.each([
    ['with nothing at all', {}],
    ['with a configuration file that does not exist', { CONFIG_FILE: '/nowhere/server.toml' }],
    ['in development mode on an address that others reach', { FLOVYN_DEV: '1', SERVER__HOST: '0.0.0.0' }],
    ['with a port that is none', { FLOVYN_DEV: '1', SERVER_PORT: 'eighty' }],
  ])('%s', async (_, environment) => {
    const directory = mkdtempSync(join(tmpdir(), 'house-'));
    const child = launch(SERVER, { FLOVYN_DATA_DIR: join(directory, 'data'), ...environment });
    expect(await child.exited).toBe(1);
    const said = child.lines.join('\n');
    // A sentence, and no stack of ours.
    expect(said).toMatch(/[A-Za-z]{3,} [a-z]+ .*\./);
    expect(said).not.toMatch(/\n\s+at /);
    rmSync(directory, { recursive: true, force: true });
  });
});

describe('the configuration file that the harnesses of other SDKs write', () => {
  it('starts, also with NATS enabled and none there, and says what is degraded', async () => {
    house = await openHouse({
      file: configOf(),
      environment: { NATS__ENABLED: 'true', NATS__URL: 'nats://127.0.0.1:1' },
    });
    const health = (await (await fetch(`${house.http}/_/health`)).json()) as { status: string; degraded: string[] };
    expect(health.status).toBe('UP');
    expect(health.degraded).toHaveLength(1);
    expect(health.degraded[0]).toMatch(/nats/i);

    // By id and by slug, with its own keys, a worker and a reader find each other.
    const worker = await house.startWorker({ FLOVYN_WORKER_TOKEN: WORKER_A, FLOVYN_ORG_ID: ORG_A.id });
    for (const org of [ORG_A.id, ORG_A.slug]) {
      const client = createClient({ baseUrl: house.http, org, apiKey: USER_A });
      const { id } = await client.tasks.start({ kind: 'narrate', input: { name: 'a', tokens: 3, paceMs: 0 } });
      const words: string[] = [];
      for await (const message of client.stream({ taskExecutionId: id })) {
        if (message.kind === 'entry' && message.frame.event.type === 'token') words.push(message.frame.event.text);
      }
      expect(words).toEqual(['a1 ', 'a2 ', 'a3 ']);
    }
    await worker.end();
  });

  it('takes no worker without a key, and none with the key of another', async () => {
    house = await openHouse({ file: configOf() });
    for (const workerToken of [undefined, 'fwt_dev_worker', USER_A.slice(0, -1)]) {
      const worker = new FlovynClient({ serverUrl: house.grpc, orgId: ORG_A.id, workerToken, logger: silent });
      await expect(worker.start()).rejects.toThrow(/authenti|API key|credential/i);
    }
  });
});

const nothing = (): void => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
