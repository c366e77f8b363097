import { eventually } from './conditions.js';
import type { House } from './house.js';
import { readStream } from './raw-stream.js';
import { follow } from './reader.js';
import { expectWhole } from './story.js';

/** Starting executions of a house, and looking at them. */
export function executionsOf({ client, org, effects }: House) {
  const factsOf = async (id: string) => (await client.workflows.events(id)).events;
  return {
    factsOf,
    start: async (kind: string, input: object): Promise<string> => (await client.workflows.start({ kind, input })).id,

    /** Waits for the end, and finds history and stream sound. */
    async ended(id: string) {
      await follow(client, { workflowExecutionId: id }).toEnd();
      expectWhole((await readStream(`${org}/workflow-executions/${id}/stream`)).entries);
      return client.workflows.get(id);
    },

    waitingFor: (id: string, suspendType: string) =>
      eventually(`${id} to wait for ${suspendType}`, async () => {
        const execution = await client.workflows.get(id);
        return execution.status === 'WAITING' && execution.suspendType === suspendType;
      }),

    async promiseIdOf(id: string): Promise<string> {
      const created = (await factsOf(id)).find(({ eventType }) => eventType === 'PROMISE_CREATED');
      return String(created?.data['promiseId']);
    },

    /** Waits until a worker has noted it as really done. */
    effect: (name: string) => eventually(name, () => effects().includes(name)),
  };
}
