/** What a flow knew when it asked a person, in the parts that the inbox shows by name, and the rest. */
export type KnownFacts = {
  message: string | undefined;
  intent: string | undefined;
  /** 0 to 1. */
  confidence: number | undefined;
  sources: string[];
  grounded: boolean | undefined;
  note: string | undefined;
  rest: Record<string, unknown>;
};

/** Reads the context of an approval or escalation, whose shape nodes may extend. */
export function readFacts(context: Record<string, unknown>): KnownFacts {
  const { message, intent, confidence, sources, grounded, note, from: _, ...rest } = context;
  return {
    message: textOf(message),
    intent: textOf(intent),
    confidence: typeof confidence === 'number' ? confidence : undefined,
    sources: Array.isArray(sources) ? sources.map(titleOf).filter((title) => title !== undefined) : [],
    grounded: typeof grounded === 'boolean' ? grounded : undefined,
    note: textOf(note),
    rest,
  };
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

function titleOf(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null) return textOf(source);
  return 'title' in source ? textOf(source.title) : undefined;
}
