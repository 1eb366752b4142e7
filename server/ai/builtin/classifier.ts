import { createHash } from 'node:crypto';
import type { ClassifyResult } from '../../../engine/services.ts';
import { LruMap } from '../../lru-map.ts';
import type { Features } from './features.ts';
import { extractFeatures } from './features.ts';
import type { Intent } from './intents.ts';
import { intentClasses } from './intents.ts';
import type { LinearModel, PreparedRow, TrainingRow } from './linear-model.ts';
import { predict, prepareRows, project, trainFurther, trainModel } from './linear-model.ts';
import type { Label } from './map-labels.ts';
import { mapLabels } from './map-labels.ts';

/** A text, sorted; `other` stands in `scores` whether or not it is a label. */
export type Verdict = Pick<ClassifyResult, 'label' | 'confidence' | 'scores'>;

/** A classifier trained for one set of labels. */
export type Classifier = (text: string) => Verdict;

export const OTHER = 'other';

/** Divides the logits, found by cross-validation on the shipped sentences (`npm run eval -- --calibrate`). */
export const CALIBRATION = 0.8;
/** Below this no label is named: it is a guess. */
const LEAST_CONFIDENCE = 0.34;
/**
 * A text of which the model knows less than this part is in no language that it learned, or in none. Of the shipped
 * sentences, judged by a model that has not seen them, one in a hundred is below.
 */
const LEAST_KNOWN_PART = 0.3;
/** An owner's own example counts as much as this many shipped sentences. */
const OWN_EXAMPLE_WEIGHT = 4;
const MOST_EXAMPLES_PER_LABEL = 200;
/** Kept models, about 4 MB each. A workspace has a handful of label sets. */
const MOST_MODELS = 8;

/** How the shipped sentences are learned. */
export const FIRST_TRAINING = { epochs: 12, learningRate: 2, decay: 0.004 };
const FURTHER_TRAINING = { epochs: 2, learningRate: 1, decay: 0.004 };

/**
 * Classifiers by label set, trained on first use and kept. Training takes in the labels' names, descriptions and examples,
 * and the shipped sentences of the intents that the labels mean; what belongs to no label teaches what is `other`.
 */
export function createClassifierCache(): (labels: Label[]) => Classifier {
  const cache = new LruMap<string, Classifier>(MOST_MODELS);
  return (labels) => {
    const key = createHash('sha256').update(JSON.stringify(labels)).digest('base64');
    return cache.getOrCreate(key, () => trainClassifier(labels));
  };
}

/** Trains a classifier for these labels. The same labels give the same classifier. */
export function trainClassifier(labels: Label[]): Classifier {
  const ownLabels = labels.filter((label) => label.name !== OTHER);
  const intentOf = mapLabels(labels);
  const labelOf = new Map<Intent, string>([...intentOf].map(([label, intent]) => [intent, label]));
  const own = ownLabels.filter((label) => !intentOf.has(label.name));
  const classLabels = [
    ...intentClasses().map(({ intent, broader }) => labelForClass([intent, ...broader], labelOf)),
    ...own.map((label) => label.name),
  ];
  const model = modelFor(labels, own, intentOf);
  const topics = own.map((label) => ({ name: label.name, texts: textsOf(label).map(extractFeatures) }));
  return (text) => {
    const features = extractFeatures(text);
    const { probabilities, knownPart } = predict(model, features, CALIBRATION);
    const scores: Record<string, number> = {};
    for (const label of labels) scores[label.name] = 0;
    scores[OTHER] = 0;
    probabilities.forEach((probability, index) => {
      scores[classLabels[index] ?? OTHER]! += probability;
    });
    giveToTopics(model, features, topics, scores);
    return decide(scores, features.buckets.length === 0 ? 0 : knownPart);
  };
}

/** The label of a class: its intent's, else that of the first broader intent which has one, else `other`. */
function labelForClass(intents: Intent[], labelOf: Map<Intent, string>): string {
  const named = intents.find((intent) => labelOf.has(intent));
  return (named && labelOf.get(named)) ?? OTHER;
}

let base: { rows: PreparedRow[]; model: LinearModel } | undefined;

/** The model of the shipped intents alone, trained once in a process; every label set starts from it. */
export function baseModel(): { rows: PreparedRow[]; model: LinearModel } {
  if (base) return base;
  const rows = intentClasses().flatMap(({ sentences }, classIndex) =>
    sentences.map((sentence) => ({ features: extractFeatures(sentence), classIndex, weight: 1 })),
  );
  const model = trainModel(rows, intentClasses().length, FIRST_TRAINING);
  base = { model, rows: prepareRows(model, rows) };
  return base;
}

function modelFor(labels: Label[], own: Label[], intentOf: Map<string, Intent>): LinearModel {
  const { rows, model } = baseModel();
  const shipped = intentClasses();
  const added = labels.flatMap((label): TrainingRow[] => {
    const intent = intentOf.get(label.name);
    const ownIndex = own.indexOf(label);
    if (!intent && ownIndex < 0) return [];
    return (intent ? examplesOf(label) : textsOf(label)).map((text) => {
      const features = extractFeatures(text);
      const classIndex = intent ? nearestClass(model, features, intent) : shipped.length + ownIndex;
      return { features, classIndex, weight: OWN_EXAMPLE_WEIGHT };
    });
  });
  if (added.length === 0 && own.length === 0) return model;
  return trainFurther(model, rows, added, shipped.length + own.length, FURTHER_TRAINING);
}

/** An example of a label joins the class of its intent that it resembles most. */
function nearestClass(model: LinearModel, features: Features, intent: Intent): number {
  const { probabilities } = predict(model, features, CALIBRATION);
  let best = -1;
  intentClasses().forEach((each, index) => {
    if (each.intent !== intent) return;
    if (best < 0 || probabilities[index]! > probabilities[best]!) best = index;
  });
  return best;
}

const examplesOf = (label: Label): string[] =>
  (label.examples ?? []).filter((text) => text.trim() !== '').slice(0, MOST_EXAMPLES_PER_LABEL);

const textsOf = (label: Label): string[] => [
  label.name.replace(/[_-]+/g, ' '),
  ...(label.description ? [label.description] : []),
  ...examplesOf(label),
];

/** From this likeness to an example on, a text belongs to a topic of the owner's, however it is put. */
const TOPIC_BEGINS = 0.12;
const TOPIC_IS_SURE = 0.4;

/**
 * "When are the yoga classes?" is a question, and it is about yoga: where the owner has a label for the topic and none for
 * questions, what fell to `other` goes to the topics that the text resembles.
 */
function giveToTopics(
  model: LinearModel,
  features: Features,
  topics: { name: string; texts: Features[] }[],
  scores: Record<string, number>,
): void {
  if (topics.length === 0) return;
  const text = vectorOf(model, features);
  const likeness = topics.map(({ texts }) =>
    Math.max(0, ...texts.map((each) => dot(text, vectorOf(model, each)))),
  );
  const best = Math.max(...likeness);
  const part = Math.min(1, Math.max(0, (best - TOPIC_BEGINS) / (TOPIC_IS_SURE - TOPIC_BEGINS)));
  if (part === 0) return;
  const moved = scores[OTHER]! * part;
  const sum = likeness.reduce((all, each) => all + each ** 3, 0);
  scores[OTHER]! -= moved;
  topics.forEach(({ name }, index) => {
    scores[name]! += (moved * likeness[index]! ** 3) / sum;
  });
}

function vectorOf(model: LinearModel, features: Features): Map<number, number> {
  const { rowIds, values } = project(model, features);
  return new Map([...rowIds].map((row, position) => [row, values[position]!]));
}

function dot(a: Map<number, number>, b: Map<number, number>): number {
  let sum = 0;
  for (const [row, value] of a) sum += value * (b.get(row) ?? 0);
  return sum;
}

/** Names the likeliest label, or `other` when that would be a guess. */
function decide(scores: Record<string, number>, knownPart: number): Verdict {
  let label = OTHER;
  for (const name of Object.keys(scores)) if (scores[name]! > scores[label]!) label = name;
  const isGuess = scores[label]! < LEAST_CONFIDENCE || knownPart < LEAST_KNOWN_PART;
  if (label !== OTHER && isGuess) {
    return {
      label: OTHER,
      confidence: round(Math.max(scores[OTHER]!, 1 - scores[label]!)),
      scores: rounded(scores),
    };
  }
  return { label, confidence: round(scores[label]!), scores: rounded(scores) };
}

const round = (value: number) => Math.round(Math.min(1, value) * 10_000) / 10_000;
const rounded = (scores: Record<string, number>) =>
  Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, round(value)]));
