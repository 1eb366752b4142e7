import { useId, useState } from 'react';
import { toast } from 'sonner';
import type { AiPrice, AiPrices } from '../../../server/contract/ai.ts';
import { fieldErrors } from '../../api/client.ts';
import { FormError } from '../../setup/form-error.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { useSaveAiSettings } from './ai-queries.ts';
import { withPrice } from './price-rows.ts';
import { splitModel } from './providers.ts';
import { SaveOrCancel } from './save-or-cancel.tsx';
import { useAiText } from './texts.ts';

type PriceDialogProps = {
  own: AiPrices;
  /** Empty: a new price. */
  model: string;
  /** What it is counted with so far; null: nothing of its own. */
  price: AiPrice | null;
  /** Offered as names of a new price. */
  suggestions: readonly string[];
  onClose(): void;
};

const MOST_USD = 10_000;
const isPrice = (value: number) => value >= 0 && value <= MOST_USD;

/** What a million tokens of a model cost. */
export function PriceDialog({ own, model: given, price, suggestions, onClose }: PriceDialogProps) {
  const t = useAiText();
  const listId = useId();
  const [model, setModel] = useState(given);
  const [input, setInput] = useState(price?.inputUsd ?? Number.NaN);
  const [output, setOutput] = useState(price?.outputUsd ?? Number.NaN);
  const [wasTried, setWasTried] = useState(false);
  const name = model.trim();
  const save = useSaveAiSettings(() => {
    toast.success(t('saved'));
    onClose();
  });
  const errors = fieldErrors(save.error);
  const isModel = Boolean(splitModel(name)?.[1]);
  const isTaken = price === null && Object.hasOwn(own, name);
  const modelError = isTaken ? t('prices.taken') : isModel ? errors[`prices.${name}`] : t('prices.needModel');
  const inputError = isPrice(input) ? errors[`prices.${name}.inputUsd`] : t('prices.needPrice');
  const outputError = isPrice(output) ? errors[`prices.${name}.outputUsd`] : t('prices.needPrice');
  const isComplete = isModel && !isTaken && isPrice(input) && isPrice(output);
  const amount = (value: number, change: (value: number) => void) => ({
    type: 'number',
    inputMode: 'decimal' as const,
    min: 0,
    max: MOST_USD,
    step: 'any',
    value: Number.isNaN(value) ? '' : value,
    onChange: (event: { target: { valueAsNumber: number } }) => change(event.target.valueAsNumber),
  });
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && !save.isPending && onClose()}
      title={price === null ? t('prices.add') : t('prices.change', { model: given })}
      description={t('prices.dialogText')}
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setWasTried(true);
          if (!isComplete || save.isPending) return;
          save.mutate({ prices: withPrice(own, name, { inputUsd: input, outputUsd: output }) });
        }}
      >
        {price === null && (
          <Field
            title={t('prices.model')}
            help={t('prices.modelHelp')}
            error={wasTried ? modelError : undefined}
          >
            {(control) => (
              <>
                <Input
                  {...control}
                  list={listId}
                  maxLength={200}
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="compatible:my-model"
                  value={model}
                  onChange={(event) => setModel(event.target.value)}
                />
                <datalist id={listId}>
                  {suggestions.map((suggestion) => (
                    <option key={suggestion} value={suggestion} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
        )}
        <div className="grid grid-cols-2 gap-3">
          <Field title={t('prices.input')} error={wasTried ? inputError : undefined}>
            {(control) => <Input {...control} {...amount(input, setInput)} />}
          </Field>
          <Field title={t('prices.output')} error={wasTried ? outputError : undefined}>
            {(control) => <Input {...control} {...amount(output, setOutput)} />}
          </Field>
        </div>
        <FormError error={save.error} />
        <SaveOrCancel isBusy={save.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
