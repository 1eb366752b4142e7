type Labels = readonly [string, string];

/** One set of label values. Observing is a few additions: no text is made before somebody scrapes. */
class Series {
  readonly counts: number[];
  sum = 0;
  readonly #bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = [...bounds, Number.POSITIVE_INFINITY].map(() => 0);
  }

  observe(seconds: number): void {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && seconds > (bounds[index] ?? 0)) index++;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += seconds;
  }
}

/**
 * A Prometheus histogram of seconds with two labels. That of prom-client builds a text from its labels at every
 * observation; with some ten observations an execution this one is what steps, webhooks and calls are measured by.
 */
export class DurationHistogram {
  readonly #name: string;
  readonly #help: string;
  readonly #labelNames: Labels;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Map<string, Series>>();

  /** @param bounds upper bounds of the buckets in seconds, growing */
  constructor(name: string, help: string, labelNames: Labels, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#labelNames = labelNames;
    this.#bounds = bounds;
  }

  observe(first: string, second: string, seconds: number): void {
    this.#seriesOf(first, second).observe(seconds);
  }

  /** In Prometheus' text format (version 0.0.4). */
  text(): string {
    const lines = [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} histogram`];
    for (const [first, ofFirst] of this.#series) {
      for (const [second, series] of ofFirst) lines.push(...this.#linesOf([first, second], series));
    }
    return `${lines.join('\n')}\n`;
  }

  #seriesOf(first: string, second: string): Series {
    let ofFirst = this.#series.get(first);
    if (!ofFirst) {
      ofFirst = new Map();
      this.#series.set(first, ofFirst);
    }
    let series = ofFirst.get(second);
    if (!series) {
      series = new Series(this.#bounds);
      ofFirst.set(second, series);
    }
    return series;
  }

  #linesOf(values: Labels, { counts, sum }: Series): string[] {
    const labels = this.#labelNames.map((name, index) => `${name}="${escaped(values[index] ?? '')}"`).join();
    const bounds = [...this.#bounds.map(String), '+Inf'];
    let count = 0;
    const buckets = bounds.map((bound, index) => {
      count += counts[index] ?? 0;
      return `${this.#name}_bucket{${labels},le="${bound}"} ${count}`;
    });
    return [...buckets, `${this.#name}_sum{${labels}} ${sum}`, `${this.#name}_count{${labels}} ${count}`];
  }
}

const escaped = (value: string): string =>
  value.replace(/[\\"\n]/g, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`));
