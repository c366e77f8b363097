// Loaded before the server and the worker (`node --import`): asks the process to end when the bootstrap that
// started it has vanished without a word (kill -9), so that nothing keeps the ports and the data directory.
const parent = process.ppid;
const timer = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(timer);
  process.kill(process.pid, 'SIGTERM');
}, 500);
timer.unref();
