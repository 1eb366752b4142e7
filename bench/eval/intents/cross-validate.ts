import { FIRST_TRAINING } from '../../../server/ai/builtin/classifier.ts';
import { extractFeatures } from '../../../server/ai/builtin/features.ts';
import { intentClasses } from '../../../server/ai/builtin/intents.ts';
import { predict, trainModel } from '../../../server/ai/builtin/linear-model.ts';

const FOLDS = 4;
const TEMPERATURES = [0.6, 0.7, 0.8, 0.85, 0.9, 1, 1.2];

/**
 * Mean log loss of the shipped sentences by temperature, each sentence judged by a model that has not seen it. The
 * temperature of the least loss is CALIBRATION of the classifier; the held-out set plays no part in it.
 */
export function crossValidate(): { temperature: number; logLoss: number }[] {
  const classes = intentClasses();
  const rows = classes
    .flatMap(({ sentences }, classIndex) =>
      sentences.map((text) => ({ features: extractFeatures(text), classIndex, weight: 1 })),
    )
    .map((row, index) => ({ ...row, fold: (index * 7) % FOLDS }));
  const losses = TEMPERATURES.map(() => 0);
  for (let fold = 0; fold < FOLDS; fold++) {
    const training = rows.filter((row) => row.fold !== fold);
    const model = trainModel(training, classes.length, FIRST_TRAINING);
    for (const row of rows.filter((each) => each.fold === fold)) {
      TEMPERATURES.forEach((temperature, index) => {
        const { probabilities } = predict(model, row.features, temperature);
        const { intent } = classes[row.classIndex]!;
        const likelihood = classes.reduce(
          (sum, each, position) => sum + (each.intent === intent ? probabilities[position]! : 0),
          0,
        );
        losses[index]! -= Math.log(likelihood + 1e-9) / rows.length;
      });
    }
  }
  return TEMPERATURES.map((temperature, index) => ({ temperature, logLoss: losses[index]! }));
}
