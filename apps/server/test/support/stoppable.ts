// A process that keeps its promise to stop in order, and then does what its first argument says.
import { createLog } from '../../src/observe/log.js';
import { untilStopped } from '../../src/process/until-stopped.js';

const stops: Readonly<Record<string, () => Promise<void>>> = {
  'stops late': () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  'cannot stop': () => Promise.reject(new Error('stuck')),
};
const [what = ''] = process.argv.slice(2);
const log = createLog('info');
untilStopped(stops[what] ?? (() => Promise.resolve()), 200, log);
if (what === 'rejects') void Promise.reject(new Error('nobody caught me'));
else if (what === 'throws') setImmediate(() => JSON.parse('{'));
else setImmediate(() => process.kill(process.pid, 'SIGTERM'));
setInterval(() => undefined, 1_000);
