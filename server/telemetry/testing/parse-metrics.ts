export type Metrics = {
  /** Of the series with these labels, and maybe others; undefined when there is none. */
  value(name: string, labels?: Record<string, string>): number | undefined;
  names: Set<string>;
};

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/**
 * Reads Prometheus' text format as strictly as a scraper does.
 * @throws Error on a line that is not of the format, a series that is there twice, and a figure without type
 */
export function parseMetrics(text: string): Metrics {
  const series = new Map<string, { name: string; labels: Map<string, string>; value: number }>();
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type?.[1] && type[2]) types.set(type[1], type[2]);
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', labelText = '', valueText = ''] = LINE.exec(line) ?? fail(`No sample: ${line}`);
    const labels = parseLabels(labelText);
    const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    if (!types.has(family)) fail(`No type: ${line}`);
    const value = valueText === '+Inf' ? Number.POSITIVE_INFINITY : Number(valueText);
    if (Number.isNaN(value) && valueText !== 'Nan') fail(`No number: ${line}`);
    const key = `${name} ${labelText}`;
    if (series.has(key)) fail(`Twice: ${line}`);
    series.set(key, { name, labels, value });
  }
  const all = [...series.values()];
  return {
    names: new Set(all.map(({ name }) => name)),
    value: (name, labels = {}) =>
      all.find(
        (one) =>
          one.name === name &&
          Object.entries(labels).every(([label, value]) => one.labels.get(label) === value),
      )?.value,
  };
}

function parseLabels(text: string): Map<string, string> {
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? fail(`No labels: ${text}`);
    labels.set(name, value);
  }
  return labels;
}

function fail(message: string): never {
  throw new Error(message);
}
