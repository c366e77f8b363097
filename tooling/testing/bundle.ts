import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Rollup, build } from 'vite';

/** What a browser application's bundler makes of a source. */
export interface Bundle {
  readonly code: string;
  /** The files it is made of. */
  readonly modules: readonly string[];
}

/**
 * Bundles and minifies a source, from published files alone.
 *
 * @param root - where the source would stand.
 * @param doors - the file behind each import the source may make, for those that do not resolve from `root`.
 */
export async function bundle(
  root: string,
  source: string,
  doors: Readonly<Record<string, string>> = {},
): Promise<Bundle> {
  const entry = join(root, 'application.js');
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: {
      alias: Object.entries(doors).map(([door, replacement]) => ({ find: new RegExp(`^${door}$`), replacement })),
    },
    plugins: [
      {
        name: 'application',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? { code: source, moduleSideEffects: true } : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  });
  const outputs = [built].flat() as Rollup.RollupOutput[];
  const chunks = outputs.flatMap(({ output }) => output).filter((file) => file.type === 'chunk');
  return {
    code: chunks.map(({ code }) => code).join('\n'),
    modules: chunks.flatMap((chunk) => chunk.moduleIds),
  };
}

/** Says by how much a bundle is larger than promised, minified and gzipped; empty when it fits. */
export function overBudget(what: string, { code }: Pick<Bundle, 'code'>, budgetBytes: number): readonly string[] {
  const size = code.trim() === '' ? 0 : gzipSync(code, { level: 9 }).length;
  return size <= budgetBytes
    ? []
    : [`${what} is ${size} bytes of gzip; a browser was promised ${budgetBytes}. Find what is new in it.`];
}

/** The modules of a bundle that browsers were promised to be spared, as sentences. */
export function unwanted(what: string, { modules }: Pick<Bundle, 'modules'>, ban: RegExp): readonly string[] {
  return modules.filter((id) => ban.test(id)).map((id) => `${what} reaches ${id}, which no browser is to load.`);
}
