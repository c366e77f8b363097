import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Consumer, PROBE, answered } from './consumer.js';

const EVENTS = 'packages/events';

/** A registry entry like any other. */
const PROBE_SOURCE = `import { defineStateEvents } from './define.js';
import { workflowEvents } from './workflow.js';

const { WORKFLOW_RESUMED } = workflowEvents;
export const probeEvents = defineStateEvents('workflow', { ${PROBE}: { ...WORKFLOW_RESUMED } });
`;

/** Copies of packages, in which an event can be added without anybody else seeing it. */
export interface Overlay {
  /** Where a package of the overlay stands. */
  folderOf(consumer: Pick<Consumer, 'folder'>): string;
  /** Copies a package, and has it see the contract of the overlay. */
  add(consumer: Pick<Consumer, 'folder'>): void;
  /** Writes the consumer's answer to the added event. */
  answer(consumer: Consumer): void;
}

/** Makes the overlay of `root` in `scratch`, with the contract in it and one event more. */
export function createOverlay(root: string, scratch: string): Overlay {
  const inScratch = (...parts: string[]): string => join(scratch, ...parts);

  const copy = (folder: string): void => {
    cpSync(join(root, folder, 'src'), inScratch(folder, 'src'), { recursive: true });
    cpSync(join(root, folder, 'package.json'), inScratch(folder, 'package.json'));
    symlinkSync(join(root, folder, 'node_modules'), inScratch(folder, 'node_modules'));
  };
  const edit = (path: string, change: (source: string) => string): void => {
    writeFileSync(inScratch(path), change(readFileSync(inScratch(path), 'utf8')));
  };
  const configure = (folder: string, compilerOptions: object): void => {
    const settings = {
      extends: join(root, folder, 'tsconfig.json'),
      compilerOptions: { composite: false, incremental: false, rootDir: inScratch(folder, 'src'), ...compilerOptions },
      include: [inScratch(folder, 'src')],
      exclude: ['**/*.test.ts', '**/*.test.tsx', '**/*.test-d.ts', inScratch(EVENTS, 'src/contract')],
      references: [],
    };
    writeFileSync(inScratch(folder, 'tsconfig.json'), JSON.stringify(settings));
  };

  mkdirSync(scratch, { recursive: true });
  copy(EVENTS);
  configure(EVENTS, { outDir: inScratch(EVENTS, 'dist'), declarationMap: false, sourceMap: false });
  writeFileSync(inScratch(EVENTS, 'src/registry/probe.ts'), PROBE_SOURCE);
  edit(`${EVENTS}/src/registry/index.ts`, (source) =>
    `import { probeEvents } from './probe.js';\n${source}`.replace(
      '...workflowEvents,',
      '...workflowEvents,\n  ...probeEvents,',
    ),
  );

  const dist = inScratch(EVENTS, 'dist');
  const paths = {
    '@flovyn/events': [`${dist}/index.d.ts`],
    '@flovyn/events/schemas': [`${dist}/schemas.d.ts`],
    '@flovyn/events/sse': [`${dist}/sse/index.d.ts`],
    '@flovyn/events/nats': [`${dist}/nats/index.d.ts`],
  };
  return {
    folderOf: ({ folder }) => inScratch(folder),
    add({ folder }) {
      if (folder === EVENTS) return;
      copy(folder);
      // Packages between read as they were built: quicker, and it is not they who are asked.
      configure(folder, { noEmit: true, paths, customConditions: [] });
    },
    answer(consumer) {
      edit(join(consumer.folder, consumer.file), (source) => answered(consumer, source));
    },
  };
}
