import { type Consumer, PROBE } from './consumer.js';

/** What the compiler said of one file. */
export interface CompileError {
  /** Relative to the package. */
  readonly file: string;
  readonly text: string;
}

/** What the compiler said of a consumer, when an event had been added and when it had been answered too. */
export interface Finding {
  readonly consumer: Consumer;
  readonly added: readonly CompileError[];
  readonly answered: readonly CompileError[];
}

/** Every consumer that would forget an event, as sentences. */
export function forgetful(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ consumer, added, answered }) => {
    const { package: name, file } = consumer;
    if (!added.some((error) => error.file === file)) {
      return [`${name} compiles although ${file} says nothing about ${PROBE}: a new event cannot be forgotten.`];
    }
    const others = added.filter((error) => error.file !== file);
    if (others.length > 0) {
      return others.map((error) => `${name}: ${error.file} has to answer too: list it. ${error.text}`);
    }
    return answered.map((error) => `${name} does not compile although the event was answered. ${error.text}`);
  });
}

/** The files that say they handle all events and that nobody holds to it, and the other way round. */
export function unlisted(tagged: readonly string[], consumers: readonly Consumer[]): readonly string[] {
  const listed = consumers.map(({ folder, file }) => `${folder}/${file}`);
  return [
    ...tagged
      .filter((file) => !listed.includes(file))
      .map((file) => `${file} is tagged @exhaustive and not listed in exhaustive-consumers.json.`),
    ...listed
      .filter((file) => !tagged.includes(file))
      .map((file) => `${file} is listed in exhaustive-consumers.json and not tagged @exhaustive.`),
  ];
}
