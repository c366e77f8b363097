import { startTestCluster } from '../src/testing/index.js';

export default async function setup(): Promise<() => Promise<void>> {
  const cluster = await startTestCluster();
  return () => cluster.stop();
}
