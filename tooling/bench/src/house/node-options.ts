let profileDirectory: string | undefined;

/** From now on, every process that is started writes a CPU profile into this directory when it ends. */
export function profileInto(directory: string): void {
  profileDirectory = directory;
}

/** Options of Node for a process of this name. */
export function nodeOptions(name: string): string[] {
  if (profileDirectory === undefined) return [];
  return ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
}
