import type { Classifier, Verdict } from './classifier.ts';
import { trainClassifier } from './classifier.ts';
import { intentNames } from './intents.ts';

let classifier: Classifier | undefined;

/** What the classifier of the shipped intents says about a text; trained on first use, once in a process. */
export function intentVerdict(text: string): Verdict {
  classifier ??= trainClassifier(intentNames().map((name) => ({ name })));
  return classifier(text);
}
