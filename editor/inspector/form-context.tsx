import { createContext, useContext } from 'react';
import type { RunData, TemplateField } from './template-fields.ts';

/** What every field of the form needs to know beside its own value. */
export type FormContext = {
  nodeId: string;
  isReadOnly: boolean;
  /** What `{{ }}` can name here. */
  fields: readonly TemplateField[];
  /** Data of the last run, for previews; null without one. */
  runData: RunData | null;
  /** What is wrong with the field at this path, e.g. `config.labels[0].name`. */
  errorsAt(path: string): readonly string[];
};

const Context = createContext<FormContext | null>(null);
export const FormProvider = Context.Provider;

export function useForm(): FormContext {
  const context = useContext(Context);
  if (!context) throw new Error('A form field stands outside of a FormProvider.');
  return context;
}

/** A stable element id for the field at a path, for labels and for jumping to a problem. */
export function fieldId(nodeId: string, path: string): string {
  return `field-${nodeId}-${path.replace(/[^A-Za-z0-9_-]+/g, '-')}`;
}
