/** What was scraped, read as Prometheus reads it. */
export interface Scraped {
  /** The number of a sample, by its name and labels as they stand there; 0 when there is none. */
  number(sample: string): number;
  readonly samples: ReadonlyMap<string, number>;
  /** The types of the metrics, by name. */
  readonly types: ReadonlyMap<string, string>;
}

/** The library writes `Nan`, which Prometheus takes as well. */
const SAMPLE = /^([a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (-?[\d.e+-]+|Nan|[+-]Inf)$/;

/** @throws when a line is not of the text format. */
export function parseMetrics(text: string): Scraped {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) types.set(type[1] ?? '', type[2] ?? '');
    else if (line !== '' && !/^# HELP \S+ ./.test(line)) {
      const [, sample = '', number = ''] = SAMPLE.exec(line) ?? [];
      if (sample === '') throw new Error(`This is no line of metrics: ${line}`);
      samples.set(sample, Number(number));
    }
  }
  return { number: (sample) => samples.get(sample) ?? 0, samples, types };
}
