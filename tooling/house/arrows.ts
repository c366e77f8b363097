import { builtinModules } from 'node:module';
import { COMPUTED, EXAMPLE, HOUSE, type Room, TEST_TOOLS } from './house.js';
import type { Import } from './imports.js';

/** A package of the workspace as it stands on disk. */
export interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
}

export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface SourceFile {
  /** Relative to the package: `src/grpc/status.ts`. */
  readonly path: string;
  readonly imports: readonly Import[];
}

/** Every arrow of a package that the plan does not have, as sentences; empty when all is well. */
export function wrongArrows({ folder, manifest, files }: Package): string[] {
  const room = roomOf(folder, manifest.name);
  if (room === undefined) return [`${folder}: ${manifest.name} has no room in tooling/house/house.ts`];
  return [
    ...wrongDependencies(folder, manifest, room),
    ...files.flatMap((file) =>
      file.imports
        .map(({ specifier, line }) => ({ where: `${folder}/${file.path}:${line}`, specifier }))
        .flatMap(({ where, specifier }) => {
          const why = whyNotImport(room, manifest, file.path, specifier);
          return why === undefined ? [] : [`${where}: ${why}`];
        }),
    ),
  ];
}

/** The room of a package; tools need none, they are not part of what is shipped. */
export function roomOf(folder: string, name: string): Omit<Room, 'folder'> | undefined {
  if (folder.startsWith('examples/')) return EXAMPLE;
  const room = HOUSE[name];
  return room?.folder === folder ? room : undefined;
}

function wrongDependencies(folder: string, manifest: Manifest, room: Omit<Room, 'folder'>): string[] {
  const shipped = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  const inSource = [...room.ours, ...Object.values(room.onlyIn ?? {}).flat()];
  const anywhere = [...inSource, ...(room.inTests ?? []), ...TEST_TOOLS];
  const wrong = (names: string[], allowed: readonly string[]): string[] =>
    names.filter((name) => isOurs(name) && !allowed.some((door) => isMatch(packageOf(door), name)));
  return [
    ...wrong(Object.keys(shipped), inSource).map((name) => `${folder}/package.json: may not depend on ${name}`),
    ...wrong(Object.keys(manifest.devDependencies ?? {}), anywhere).map(
      (name) => `${folder}/package.json: its tests may not depend on ${name}`,
    ),
  ];
}

function whyNotImport(
  room: Omit<Room, 'folder'>,
  manifest: Manifest,
  path: string,
  specifier: string,
): string | undefined {
  if (specifier.startsWith('.')) return whyNotRelative(path, specifier);
  const isTest = isTestFile(path);
  const allowed = [
    ...room.ours,
    ...(room.others === 'any' ? [] : room.others),
    ...Object.entries(room.onlyIn ?? {}).flatMap(([part, doors]) => (path.startsWith(`src/${part}`) ? doors : [])),
    ...(isTest ? [...(room.inTests ?? []), ...TEST_TOOLS] : []),
  ];
  if (specifier === COMPUTED) return isTest || allowed.includes(COMPUTED) ? undefined : `may not import ${specifier}`;
  const isBuiltin = specifier.startsWith('node:') || builtinModules.includes(specifier);
  if (isBuiltin) {
    return allowed.includes('node:') || room.others === 'any'
      ? undefined
      : `may not import ${specifier}: this room does not depend on Node`;
  }
  const name = packageOf(specifier);
  // A door of ours is allowed by its exact name, a package from outside with everything in it.
  const isAllowed = isOurs(name)
    ? allowed.some((door) => isMatch(door, specifier)) || (isTest && name === manifest.name)
    : room.others === 'any' || isTest || allowed.includes(name);
  if (!isAllowed) return `may not import ${specifier}`;
  const declared = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
    ...(isTest || !isShipped(room, path) ? manifest.devDependencies : {}),
  };
  return name in declared || name === manifest.name
    ? undefined
    : `imports ${name}, which its package.json does not name`;
}

function isShipped({ shipped }: Pick<Room, 'shipped'>, path: string): boolean {
  if (shipped === undefined) return true;
  const isBelow = (part: string): boolean => path.startsWith(`src/${part}`);
  return 'only' in shipped ? shipped.only.some(isBelow) : !shipped.except.some(isBelow);
}

/** A file of another package is reached through its doors; only tests may use the shared test tools. */
function whyNotRelative(path: string, specifier: string): string | undefined {
  const parts = path.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..' && parts.pop() === undefined) {
      const isTestTool = isTestFile(path) && specifier.includes('/tooling/testing/');
      return isTestTool ? undefined : `may not import ${specifier}: it lies outside of the package`;
    }
    if (part !== '.' && part !== '..') parts.push(part);
  }
  return undefined;
}

function isMatch(door: string, specifier: string): boolean {
  return door.endsWith('*') ? specifier.startsWith(door.slice(0, -1)) : specifier === door;
}

function isTestFile(path: string): boolean {
  return !path.startsWith('src/') || /\.test(-d)?\.tsx?$/.test(path);
}

function isOurs(name: string): boolean {
  return name.startsWith('@flovyn/') || name === 'flovyn';
}

/** `@flovyn/events/sse` → `@flovyn/events`, `zod/mini` → `zod`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}
