import { dataExport } from '@flovyn/example-standalone-tasks';
import { narrate, parallelStreams } from '@flovyn/example-parallel-streams';
import { llmRequest, lookUp, streamingLlm } from '@flovyn/example-streaming-llm';
import { countPrimes } from '@flovyn/example-streaming-progress';
import { FlovynClient } from '@flovyn/sdk';

/** A worker that knows the workflows and tasks of all examples; not started yet. */
export function createDemoWorker(env: NodeJS.ProcessEnv): FlovynClient {
  const worker = new FlovynClient({
    serverUrl: env['FLOVYN_GRPC_SERVER_URL'] ?? 'http://localhost:9090',
    workerToken: env['FLOVYN_WORKER_TOKEN'] ?? 'fwt_dev_worker',
    orgId: env['FLOVYN_ORG_ID'] ?? '550e8400-e29b-41d4-a716-446655440000',
  });
  worker.registerTask(dataExport);

  worker.registerWorkflow(streamingLlm);
  worker.registerTask(llmRequest);
  worker.registerTask(lookUp);

  worker.registerWorkflow(parallelStreams);
  worker.registerTask(narrate);

  worker.registerTask(countPrimes);
  return worker;
}
