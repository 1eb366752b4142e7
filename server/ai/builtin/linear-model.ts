import type { Features } from './features.ts';
import { BUCKETS } from './features.ts';

export type TrainingRow = { features: Features; classIndex: number; weight: number };

/** Multinomial logistic regression over hashed features. */
export type LinearModel = {
  classCount: number;
  /** Row of `weights` for each bucket; -1 where training never saw the bucket. */
  rowOfBucket: Int32Array;
  inverseFrequency: Float32Array;
  /** `weights[row * classCount + class]`. */
  weights: Float32Array;
  bias: Float32Array;
};

export type TrainingOptions = {
  epochs: number;
  learningRate: number;
  /** Weights shrink by this part in each epoch, so that a word seen once doesn't decide alone. */
  decay: number;
};

/** A row as one model sees it. */
export type PreparedRow = { rowIds: Int32Array; values: Float32Array; classIndex: number; weight: number };

/** Trains a model. The same rows in the same order give the same model. */
export function trainModel(rows: TrainingRow[], classCount: number, options: TrainingOptions): LinearModel {
  const model = emptyModel(rows, classCount);
  learn(model, prepareRows(model, rows), options);
  return model;
}

/**
 * Goes on from a trained model with rows of its own and new ones, which may be of further classes and have features that
 * the model has not seen. The model itself stays as it is.
 * @param rows the model's own rows, prepared by it
 */
export function trainFurther(
  model: LinearModel,
  rows: PreparedRow[],
  added: TrainingRow[],
  classCount: number,
  options: TrainingOptions,
): LinearModel {
  const further = extendModel(model, added, classCount);
  learn(further, [...rows, ...prepareRows(further, added)], options);
  return further;
}

/** The rows in the form that learning takes. */
export function prepareRows(model: LinearModel, rows: TrainingRow[]): PreparedRow[] {
  return rows.map(({ features, classIndex, weight }) => {
    const { rowIds, values } = project(model, features);
    return { rowIds, values, classIndex, weight };
  });
}

/** Stochastic gradient descent on the log loss; a step is the smaller, the more a feature has learned (AdaGrad). */
function learn(model: LinearModel, rows: PreparedRow[], options: TrainingOptions): void {
  const { classCount, weights, bias } = model;
  const order = rows.map((_, index) => index);
  const history = new Float32Array(weights.length / classCount).fill(0.1);
  const errors = new Float32Array(classCount);
  const random = createRandom(20_240_229);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random);
    const rate = options.learningRate / (1 + epoch * 0.15);
    for (const index of order) {
      const { rowIds, values, classIndex, weight } = rows[index]!;
      errors.fill(0);
      addLogits(model, rowIds, values, errors);
      toProbabilities(errors, 1);
      errors[classIndex]! -= 1;
      let size = 0;
      for (let k = 0; k < classCount; k++) {
        errors[k]! *= weight;
        size += errors[k]! * errors[k]!;
        bias[k]! -= rate * 0.05 * errors[k]!;
      }
      for (let position = 0; position < rowIds.length; position++) {
        const row = rowIds[position]!;
        const value = values[position]!;
        history[row]! += value * value * size;
        const step = (rate * value) / Math.sqrt(history[row]!);
        const offset = row * classCount;
        for (let k = 0; k < classCount; k++) weights[offset + k]! -= step * errors[k]!;
      }
    }
    for (let position = 0; position < weights.length; position++) weights[position]! *= 1 - options.decay;
  }
}

/** The part of a text's features that the model knows, as unit vector, and how much of the text that is (0 to 1). */
export function project(
  model: Pick<LinearModel, 'rowOfBucket' | 'inverseFrequency'>,
  features: Features,
): { rowIds: Int32Array; values: Float32Array; knownPart: number } {
  const rowIds: number[] = [];
  const values: number[] = [];
  let known = 0;
  let all = 0;
  for (let position = 0; position < features.buckets.length; position++) {
    const bucket = features.buckets[position]!;
    const value = features.counts[position]! * model.inverseFrequency[bucket]!;
    all += value * value;
    const row = model.rowOfBucket[bucket]!;
    if (row < 0) continue;
    known += value * value;
    rowIds.push(row);
    values.push(value);
  }
  const length = Math.sqrt(known) || 1;
  return {
    rowIds: Int32Array.from(rowIds),
    values: Float32Array.from(values, (value) => value / length),
    knownPart: all === 0 ? 0 : known / all,
  };
}

/**
 * Probabilities of the classes.
 * @param temperature above 1 makes the model less sure of itself, see CALIBRATION in classifier.ts
 */
export function predict(
  model: LinearModel,
  features: Features,
  temperature: number,
): { probabilities: Float32Array; knownPart: number } {
  const { rowIds, values, knownPart } = project(model, features);
  const probabilities = new Float32Array(model.classCount);
  addLogits(model, rowIds, values, probabilities);
  toProbabilities(probabilities, temperature);
  return { probabilities, knownPart };
}

function emptyModel(rows: TrainingRow[], classCount: number): LinearModel {
  const frequency = new Uint16Array(BUCKETS);
  for (const { features } of rows) {
    for (const bucket of features.buckets) frequency[bucket]!++;
  }
  const rowOfBucket = new Int32Array(BUCKETS).fill(-1);
  const inverseFrequency = new Float32Array(BUCKETS);
  let rowCount = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const seen = frequency[bucket]!;
    inverseFrequency[bucket] = Math.log((rows.length + 1) / (seen + 1)) * 0.3 + 0.7;
    if (seen > 0) rowOfBucket[bucket] = rowCount++;
  }
  return {
    classCount,
    rowOfBucket,
    inverseFrequency,
    weights: new Float32Array(rowCount * classCount),
    bias: new Float32Array(classCount),
  };
}

/** A copy with rows for the features and columns for the classes that are new; how rare features are stays as it was. */
function extendModel(model: LinearModel, added: TrainingRow[], classCount: number): LinearModel {
  const rowOfBucket = model.rowOfBucket.slice();
  const oldRowCount = model.weights.length / model.classCount;
  let rowCount = oldRowCount;
  for (const { features } of added) {
    for (const bucket of features.buckets) if (rowOfBucket[bucket]! < 0) rowOfBucket[bucket] = rowCount++;
  }
  const weights = new Float32Array(rowCount * classCount);
  for (let row = 0; row < oldRowCount; row++) {
    for (let k = 0; k < model.classCount; k++) {
      weights[row * classCount + k] = model.weights[row * model.classCount + k]!;
    }
  }
  const bias = new Float32Array(classCount);
  bias.set(model.bias);
  return { classCount, rowOfBucket, inverseFrequency: model.inverseFrequency, weights, bias };
}

function addLogits(model: LinearModel, rowIds: Int32Array, values: Float32Array, logits: Float32Array): void {
  const { classCount, weights, bias } = model;
  for (let k = 0; k < classCount; k++) logits[k]! += bias[k]!;
  for (let position = 0; position < rowIds.length; position++) {
    const offset = rowIds[position]! * classCount;
    const value = values[position]!;
    for (let k = 0; k < classCount; k++) logits[k]! += weights[offset + k]! * value;
  }
}

function toProbabilities(logits: Float32Array, temperature: number): void {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    logits[k] = Math.exp((logits[k]! - largest) / temperature);
    sum += logits[k]!;
  }
  for (let k = 0; k < logits.length; k++) logits[k]! /= sum;
}

function shuffle(order: number[], random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
}

/** mulberry32: small, seeded, the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
